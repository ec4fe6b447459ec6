import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { gridFsStore, newFileId } from '../../core/package-store/gridfs-store';
import { type S3Settings, s3Store } from '../../core/package-store/s3-store';
import type { PackageStore } from '../../core/ports';
import type { Store } from '../../schema/mongo/connect';
import { fakePackageStore } from '../support/fakes/package-store';
import { startTestS3, type TestS3 } from '../support/s3-server';
import { testStore } from '../support/store';

interface Opened {
  files: PackageStore;
  /** Files it holds, unfinished ones as well. */
  kept(): Promise<number>;
}

let mongo: Store;
let s3: TestS3;
beforeAll(async () => {
  mongo = await testStore();
});
// The first run installs the server. Without one this fails, and all tests of S3 with it.
beforeAll(async () => {
  s3 = await startTestS3();
});
afterAll(async () => {
  await s3?.stop();
  await mongo.close();
});

const stores: [string, () => Promise<Opened>][] = [
  [
    'the fake',
    async () => {
      const files = fakePackageStore();
      return { files, kept: async () => files.fileIds().length };
    },
  ],
  [
    'GridFS',
    async () => ({
      files: gridFsStore(mongo),
      kept: async () => (await mongo.connection.collection('packageFiles.chunks').distinct('files_id')).length,
    }),
  ],
  ['S3', async () => ({ files: await s3Store(s3.settings), kept: () => keptInBucket(s3.settings) })],
];

async function keptInBucket(settings: S3Settings): Promise<number> {
  const client = new S3Client(settings);
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: settings.bucket }));
  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: settings.bucket }));
  client.destroy();
  return (Contents ?? []).length + (Uploads ?? []).length;
}

const CHUNK = 255 * 1024;
const inPieces = (bytes: Buffer, size = 64 * 1024): Readable =>
  Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
    { objectMode: false },
  );

describe.each(stores)('R-PKG-5 package store: %s', (_, open) => {
  const bytes = randomBytes(3 * CHUNK + 17);

  test('keeps every byte, and gives size, MD5 and SHA-256 of them', async () => {
    const { files } = await open();
    const id = newFileId();
    const stored = await files.put(id, inPieces(bytes));
    expect(stored).toEqual({
      fileId: id,
      size: bytes.length,
      md5: createHash('md5').update(bytes).digest('hex'),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect((await buffer(files.read(id, { start: 0, end: bytes.length - 1 }))).equals(bytes)).toBe(true);
  });

  test.each([
    ['the first byte', 0, 0],
    ['the last byte', bytes.length - 1, bytes.length - 1],
    ['within a chunk', 100, 199],
    ['over a chunk border', CHUNK - 3, CHUNK + 4],
    ['exactly a chunk', CHUNK, 2 * CHUNK - 1],
  ])('R-DL-6 reads a range, both ends included: %s', async (_name, start, end) => {
    const { files } = await open();
    const id = newFileId();
    await files.put(id, inPieces(bytes));
    expect((await buffer(files.read(id, { start, end }))).equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  test('rejects with what the source fails with, and keeps nothing', async () => {
    const { files, kept } = await open();
    const before = await kept();
    const failing = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 2 * CHUNK);
        throw new Error('the line is cut');
      })(),
      { objectMode: false },
    );
    await expect(files.put(newFileId(), failing)).rejects.toThrow('the line is cut');
    expect(await kept()).toBe(before);
  });

  test('a source destroyed on the way is a failure too', async () => {
    const { files, kept } = await open();
    const before = await kept();
    const source = new Readable({ read() {} });
    source.push(bytes.subarray(0, CHUNK));
    const put = files.put(newFileId(), source);
    setImmediate(() => source.destroy());
    await expect(put).rejects.toThrow();
    expect(await kept()).toBe(before);
  });

  test('deleting frees the bytes, and deleting again is no error', async () => {
    const { files, kept } = await open();
    const before = await kept();
    const id = newFileId();
    await files.put(id, inPieces(bytes));
    await files.delete(id);
    await expect(files.delete(id)).resolves.toBeUndefined();
    expect(await kept()).toBe(before);
  });

  test('reading a file that is not there fails the stream', async () => {
    const { files } = await open();
    await expect(buffer(files.read(newFileId(), { start: 0, end: 1 }))).rejects.toThrow();
  });

  /** More than a part of each store, and no whole number of them. */
  const long = randomBytes(5 * 1024 * 1024 + 700 * 1024 + 13);

  async function inParts({ files }: Opened, bytes: Buffer, order?: (indexes: number[]) => number[]) {
    const fileId = newFileId();
    const file = { fileId, handle: await files.begin(fileId) };
    const indexes = Array.from({ length: Math.ceil(bytes.length / files.partBytes) }, (_, index) => index);
    for (const index of order ? order(indexes) : indexes) {
      await files.writePart(file, index, bytes.subarray(index * files.partBytes, (index + 1) * files.partBytes));
    }
    return file;
  }

  test('R-PKG-12 a file of parts is read as any other, over the borders of parts as well', async () => {
    const opened = await open();
    const file = await inParts(opened, long);
    await opened.files.complete(file, long.length);
    const all = await buffer(opened.files.read(file.fileId, { start: 0, end: long.length - 1 }));
    expect(all.equals(long)).toBe(true);
    const { partBytes } = opened.files;
    const over = await buffer(opened.files.read(file.fileId, { start: partBytes - 5, end: partBytes + 5 }));
    expect(over.equals(long.subarray(partBytes - 5, partBytes + 6))).toBe(true);
  });

  test('R-PKG-12 a part that is written again is replaced, and may be reused by its writer afterwards', async () => {
    const opened = await open();
    const { files } = opened;
    const file = await inParts(opened, randomBytes(long.length));
    const reused = Buffer.alloc(files.partBytes);
    for (let at = 0, index = 0; at < long.length; at += files.partBytes, index++) {
      const length = long.copy(reused, 0, at, at + files.partBytes);
      await files.writePart(file, index, reused.subarray(0, length));
      reused.fill(0);
    }
    await files.complete(file, long.length);
    expect((await buffer(files.read(file.fileId, { start: 0, end: long.length - 1 }))).equals(long)).toBe(true);
  });

  test('R-PKG-12 completing may be repeated, by a store that was opened anew as well', async () => {
    const opened = await open();
    const file = await inParts(opened, long);
    await opened.files.complete(file, long.length);
    await opened.files.complete(file, long.length);
    const again = _ === 'the fake' ? opened : await open();
    await expect(again.files.complete(file, long.length)).resolves.toBeUndefined();
    expect((await buffer(again.files.read(file.fileId, { start: 0, end: 9 }))).equals(long.subarray(0, 10))).toBe(true);
  });

  test('R-PKG-12 a file that lacks a part is not completed, and there is nothing to read of it', async () => {
    const opened = await open();
    const file = await inParts(opened, long, (indexes) => indexes.slice(0, -1));
    await expect(opened.files.complete(file, long.length)).rejects.toThrow();
    await expect(buffer(opened.files.read(file.fileId, { start: 0, end: 1 }))).rejects.toThrow();
  });

  test('R-PKG-12 deleting an unfinished file leaves none of its parts', async () => {
    const opened = await open();
    const before = await opened.kept();
    const file = await inParts(opened, long, (indexes) => indexes.slice(0, 1));
    expect(await opened.kept()).toBe(before + 1);
    await opened.files.delete(file.fileId);
    expect(await opened.kept()).toBe(before);
  });

  test('R-PKG-5 the source is read no faster than the store takes its bytes', async () => {
    const { files } = await open();
    let pulled = 0;
    let ahead = 0;
    const source = Readable.from(
      (async function* () {
        for (let at = 0; at < long.length; at += 64 * 1024) {
          const piece = long.subarray(at, at + 64 * 1024);
          pulled += piece.length;
          yield piece;
        }
      })(),
      { objectMode: false },
    );
    const id = newFileId();
    let taken = 0;
    const counted = Readable.from(
      (async function* () {
        for await (const piece of source as AsyncIterable<Buffer>) {
          ahead = Math.max(ahead, pulled - taken);
          taken += piece.length;
          yield piece;
        }
      })(),
      { objectMode: false },
    );
    await files.put(id, counted);
    expect(taken).toBe(long.length);
    expect(ahead).toBeLessThan(1024 * 1024);
  });
});
