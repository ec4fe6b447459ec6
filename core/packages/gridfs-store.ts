import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { mongo } from 'mongoose';
import type { Store } from '../../schema/mongo/connect';
import type { PackageStore } from '../ports';
import { digestMeter } from './digest-meter';

/** Keeps package files in MongoDB. File ids are those of `newFileId`. */
export function gridFsStore({ connection }: Pick<Store, 'connection'>): PackageStore {
  const { db } = connection;
  if (!db) throw new Error('The MongoDB connection closed before it was used.');
  const bucket = new mongo.GridFSBucket(db, { bucketName: 'packageFiles' });

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
    read: (fileId, { start, end }): Readable => bucket.openDownloadStream(new mongo.ObjectId(fileId), { start, end: end + 1 }),
    delete: (fileId) => remove(bucket, fileId),
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
