import { once } from 'node:events';
import { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { mongo } from 'mongoose';
import type { Store } from '../../schema/mongo/connect';
import type { PackageStore } from '../ports';
import { digestMeter } from './digest-meter';
import { gridFsParts } from './gridfs-parts';

const BUCKET = 'packageFiles';
/** Half of what a query answers is overhead at the driver's own 255 KiB; larger ones are held longer than they are sent. */
const CHUNK_BYTES = 512 * 1024;
const SIZES_KEPT = 1_000;
/** The log of the replica set holds what was written last once more; embedded servers have it cut at so much. */
const LOG_BYTES = 1024 ** 3;
/** And the journal both once more, until the next checkpoint, which comes with so much of it. */
const JOURNAL_BYTES = 2 * 1024 ** 3;

/** Keeps package files in MongoDB. File ids are those of `newFileId`. */
export function gridFsStore({ connection }: Pick<Store, 'connection'>): PackageStore {
  const { db } = connection;
  if (!db) throw new Error('The MongoDB connection closed before it was used.');
  const bucket = new mongo.GridFSBucket(db, { bucketName: BUCKET, chunkSizeBytes: CHUNK_BYTES });
  const read = chunkReader(db);

  return {
    async put(fileId, source) {
      const upload = bucket.openUploadStreamWithId(new mongo.ObjectId(fileId), fileId);
      // `write` below rejects with it; without a listener the event would end the process.
      upload.on('error', () => {});
      const meter = digestMeter();
      try {
        for await (const bytes of source as AsyncIterable<Buffer>) {
          meter.update(bytes);
          await write(upload, bytes);
        }
        const finished = once(upload, 'finish');
        upload.end();
        await finished;
        return { fileId, ...meter.result() };
      } catch (error) {
        // No write is under way here, so that no chunk arrives after the deletion.
        await remove(bucket, fileId);
        throw error;
      }
    },
    diskBytes: (bytes) => bytes + Math.min(bytes, LOG_BYTES) + Math.min(2 * bytes, JOURNAL_BYTES),
    read: (fileId, range) => Readable.from(read(fileId, range), { objectMode: false, highWaterMark: 1 }),
    delete: (fileId) => remove(bucket, fileId),
    ...gridFsParts(db, BUCKET, CHUNK_BYTES),
  };
}

interface Chunk {
  n: number;
  data: Buffer;
}

/** Reads chunks one by one, without the file's own document each time: a range of one chunk is one query. */
function chunkReader(db: mongo.Db) {
  const files = db.collection<{ _id: mongo.ObjectId; chunkSize: number }>(`${BUCKET}.files`);
  const chunks = db.collection<Chunk & { files_id: mongo.ObjectId }>(`${BUCKET}.chunks`);
  const sizes = new LRUCache<string, number>({ max: SIZES_KEPT });

  async function chunkSizeOf(fileId: string): Promise<number> {
    const known = sizes.get(fileId);
    if (known !== undefined) return known;
    const file = await files.findOne({ _id: new mongo.ObjectId(fileId) }, { projection: { chunkSize: 1 } });
    if (!file) throw new Error(`The package store has no file ${fileId}.`);
    sizes.set(fileId, file.chunkSize);
    return file.chunkSize;
  }

  return async function* read(fileId: string, { start, end }: { start: number; end: number }): AsyncGenerator<Buffer> {
    const size = await chunkSizeOf(fileId);
    const options = { projection: { _id: 0, n: 1, data: 1 }, promoteBuffers: true } as const;
    for (let n = Math.floor(start / size); n <= Math.floor(end / size); n++) {
      const chunk = await chunks.findOne<Chunk>({ files_id: new mongo.ObjectId(fileId), n }, options);
      const from = Math.max(0, start - n * size);
      const to = Math.min(size, end + 1 - n * size);
      if (!chunk || chunk.data.length < to) throw new Error(`The package store has lost bytes of file ${fileId}, chunk ${n}.`);
      yield chunk.data.subarray(from, to);
    }
  };
}

export const newFileId = (): string => new mongo.ObjectId().toHexString();

/** Resolves when the chunks it filled are stored: the sender is no faster than the store. */
const write = (upload: mongo.GridFSBucketWriteStream, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => upload.write(bytes, (error) => (error ? reject(error) : resolve())));

/** The bucket deletes chunks first and complains of a missing file afterwards: for a cut upload that is as it should be. */
async function remove(bucket: mongo.GridFSBucket, fileId: string): Promise<void> {
  try {
    await bucket.delete(new mongo.ObjectId(fileId));
  } catch (error) {
    if (!(error instanceof mongo.MongoRuntimeError && error.message.startsWith('File not found'))) throw error;
  }
}
