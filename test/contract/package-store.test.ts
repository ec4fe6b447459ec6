import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gridFsStore, newFileId } from '../../core/packages/gridfs-store';
import type { PackageStore } from '../../core/ports';
import type { Store } from '../../schema/mongo/connect';
import { fakePackageStore } from '../support/fakes/package-store';
import { testStore } from '../support/store';

let mongo: Store;
beforeAll(async () => {
  mongo = await testStore();
});
afterAll(() => mongo.close());

const stores: [string, () => { files: PackageStore; kept: () => Promise<number> }][] = [
  [
    'the fake',
    () => {
      const files = fakePackageStore();
      return { files, kept: async () => files.fileIds().length };
    },
  ],
  [
    'GridFS',
    () => ({
      files: gridFsStore(mongo),
      kept: async () => (await mongo.connection.collection('packageFiles.chunks').distinct('files_id')).length,
    }),
  ],
];

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
    const { files } = open();
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
    const { files } = open();
    const id = newFileId();
    await files.put(id, inPieces(bytes));
    expect((await buffer(files.read(id, { start, end }))).equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  test('rejects with what the source fails with, and keeps nothing', async () => {
    const { files, kept } = open();
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
    const { files, kept } = open();
    const before = await kept();
    const source = new Readable({ read() {} });
    source.push(bytes.subarray(0, CHUNK));
    const put = files.put(newFileId(), source);
    setImmediate(() => source.destroy());
    await expect(put).rejects.toThrow();
    expect(await kept()).toBe(before);
  });

  test('deleting frees the bytes, and deleting again is no error', async () => {
    const { files, kept } = open();
    const before = await kept();
    const id = newFileId();
    await files.put(id, inPieces(bytes));
    await files.delete(id);
    await expect(files.delete(id)).resolves.toBeUndefined();
    expect(await kept()).toBe(before);
  });

  test('reading a file that is not there fails the stream', async () => {
    const { files } = open();
    await expect(buffer(files.read(newFileId(), { start: 0, end: 1 }))).rejects.toThrow();
  });
});
