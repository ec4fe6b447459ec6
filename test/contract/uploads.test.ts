import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { gridFsStore } from '../../core/package-store/gridfs-store';
import type { NewPackage } from '../../core/packages/contract';
import type { PackageStore } from '../../core/ports';
import { createUploadService } from '../../core/uploads/service';
import { sweepUploads } from '../../core/uploads/sweep';
import { handClock, operator, refusal, settingsWith, spectator } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { useStore } from '../support/store';

const LIMIT = 6 * 1024 * 1024;
const HOUR_MS = 60 * 60_000;
const somebodyElse = { ...operator, actorId: 'another-key' };

const store = useStore();
let files: ReturnType<typeof fakePackageStore>;
const clock = handClock();
beforeEach(async () => {
  files = fakePackageStore();
  await store.collections.products.insertOne({ _id: 'meter', name: 'Water meter', dialect: 'LINK', createdAt: clock() });
});

const depsWith = (packageStore: PackageStore = files) => ({
  connection: store.connection,
  collections: store.collections,
  files: packageStore,
  settings: settingsWith({ fileBytes: LIMIT, uploadsPerKey: 3, uploads: 4 }),
  clock,
});
/** Another one is another process: nothing is shared but the stores. */
const serviceWith = (packageStore?: PackageStore) => createUploadService(depsWith(packageStore));

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const stream = (bytes: Buffer): Readable => Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false });
const cutAfter = (bytes: Buffer): Readable =>
  Readable.from(
    (async function* () {
      if (bytes.length > 0) yield bytes;
      throw new Error('the line is cut');
    })(),
    { objectMode: false },
  );
const input = (fields: Partial<NewPackage> = {}): NewPackage => ({ productKey: 'meter', name: 'meter_fw', version: '2.0.0', ...fields });

async function uploaded(bytes: Buffer, fileName = 'fw.bin'): Promise<string> {
  const uploads = serviceWith();
  const { _id } = await uploads.create(operator, { fileName, size: bytes.length });
  await uploads.append(operator, _id, 0, stream(bytes));
  return _id;
}

async function expectNothingKept(): Promise<void> {
  expect(files.fileIds()).toEqual([]);
  expect(await store.collections.resumableUploads.countDocuments()).toBe(0);
  expect(await store.collections.packages.countDocuments()).toBe(0);
}

test('R-PKG-12 an upload cut at any bytes goes on there, in another process each time, to the digests of the file', async () => {
  const bytes = randomBytes(3 * 64 * 1024 + 1_234);
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(cuts, async (unsorted) => {
      const { _id } = await serviceWith().create(operator, { fileName: 'fw.bin', size: bytes.length, declaredDigest: sha256(bytes) });
      let from = 0;
      for (const to of unsorted.toSorted((a, b) => a - b)) {
        await expect(serviceWith().append(operator, _id, from, cutAfter(bytes.subarray(from, to)))).rejects.toThrow('the line is cut');
        expect(await serviceWith().get(operator, _id)).toMatchObject({ offset: to, received: to, state: 'RECEIVING' });
        from = to;
      }
      const done = await serviceWith().append(operator, _id, from, stream(bytes.subarray(from)));
      expect(done).toMatchObject({ state: 'FINISHED', offset: bytes.length });
      expect(done.digests).toEqual({ md5: createHash('md5').update(bytes).digest('hex'), sha256: sha256(bytes) });
      expect((await buffer(files.read(_id, { start: 0, end: bytes.length - 1 }))).equals(bytes)).toBe(true);
      await serviceWith().remove(operator, _id);
    }),
    { numRuns: 30 },
  );
});

test('R-PKG-12 an upload over GridFS becomes one ordinary file, and is none before', async () => {
  const gridFs = gridFsStore(store);
  const bytes = randomBytes(5 * 1024 * 1024 + 77);
  const uploads = serviceWith(gridFs);
  const { _id } = await uploads.create(operator, { fileName: 'fw.bin', size: bytes.length });
  await expect(uploads.append(operator, _id, 0, cutAfter(bytes.subarray(0, 3_000_000)))).rejects.toThrow();
  const filesOfBucket = store.connection.collection('packageFiles.files');
  expect(await filesOfBucket.countDocuments()).toBe(0);
  await uploads.append(operator, _id, 3_000_000, stream(bytes.subarray(3_000_000)));
  expect(await filesOfBucket.findOne()).toMatchObject({ length: bytes.length });
  expect((await buffer(gridFs.read(_id, { start: 0, end: bytes.length - 1 }))).equals(bytes)).toBe(true);
  await uploads.remove(operator, _id);
  expect(await store.connection.collection('packageFiles.chunks').countDocuments()).toBe(0);
});

test('R-PKG-12 a process that dies loses no more than what came after its last checkpoint', async () => {
  const bytes = randomBytes(8 * 64 * 1024);
  const { _id } = await serviceWith().create(operator, { fileName: 'fw.bin', size: bytes.length });
  await expect(serviceWith().append(operator, _id, 0, cutAfter(bytes.subarray(0, 100_000)))).rejects.toThrow();
  // What a dead process may leave: parts in the store that the record does not tell of.
  const { handle } = (await store.collections.resumableUploads.findOne({ _id }))!;
  await files.writePart({ fileId: _id, handle }, 1, bytes.subarray(64 * 1024, 128 * 1024));
  await files.writePart({ fileId: _id, handle }, 2, bytes.subarray(128 * 1024, 192 * 1024));
  expect(await serviceWith().get(operator, _id)).toMatchObject({ offset: 100_000 });
  const done = await serviceWith().append(operator, _id, 100_000, stream(bytes.subarray(100_000)));
  expect(done.digests?.sha256).toBe(sha256(bytes));
  expect(sha256(await buffer(files.read(_id, { start: 0, end: bytes.length - 1 })))).toBe(sha256(bytes));
});

test('R-PKG-12 a process that dies before it said the upload is finished is made up for by whoever asks next', async () => {
  const bytes = randomBytes(70_000);
  const failing = { ...files, complete: () => Promise.reject(new Error('killed')) };
  const { _id } = await serviceWith(failing).create(operator, { fileName: 'fw.bin', size: bytes.length });
  await expect(serviceWith(failing).append(operator, _id, 0, stream(bytes))).rejects.toThrow('killed');
  expect(await serviceWith().get(operator, _id)).toMatchObject({ state: 'FINISHED', digests: { sha256: sha256(bytes) } });
});

test('R-PKG-12 of two connections that go on with an upload the later one has it', async () => {
  const bytes = randomBytes(300_000);
  const { _id } = await serviceWith().create(operator, { fileName: 'fw.bin', size: bytes.length });
  const early = new Readable({ read() {} });
  early.push(bytes.subarray(0, 150_000));
  const first = serviceWith().append(operator, _id, 0, early);
  const outcome = expect(refusal(first)).resolves.toEqual([{ code: 'UPLOAD_OFFSET', field: 'Upload-Offset' }]);
  await until(async () => (await store.collections.resumableUploads.findOne({ _id }))?.writer !== '');
  await serviceWith().append(operator, _id, 0, stream(bytes));
  early.push(bytes.subarray(150_000));
  early.push(null);
  await outcome;
  expect(sha256(await buffer(files.read(_id, { start: 0, end: bytes.length - 1 })))).toBe(sha256(bytes));
});

test('R-PKG-12 bytes for another place than where the upload goes on are refused', async () => {
  const { _id } = await serviceWith().create(operator, { fileName: 'fw.bin', size: 100 });
  expect(await refusal(serviceWith().append(operator, _id, 5, stream(Buffer.alloc(5))))).toEqual([
    { code: 'UPLOAD_OFFSET', field: 'Upload-Offset' },
  ]);
});

test.each([
  ['a name without a format', { fileName: 'firmware.exe', size: 5 }, [{ code: 'FILE_FORMAT', field: 'filename' }]],
  ['a size beyond the limit', { fileName: 'fw.bin', size: LIMIT + 1 }, [{ code: 'FILE_TOO_LARGE', field: 'file' }]],
  ['no bytes at all', { fileName: 'fw.bin', size: 0 }, [{ code: 'FILE_EMPTY', field: 'file' }]],
  ['no size', { fileName: 'fw.bin', size: -1 }, [{ code: 'REQUIRED', field: 'Upload-Length' }]],
  ['a digest that is none', { fileName: 'fw.bin', size: 5, declaredDigest: 'abc' }, [{ code: 'INVALID_FORMAT', field: 'digest' }]],
])('R-PKG-2 %s is refused before a byte arrives', async (_name, wanted, expected) => {
  expect(await refusal(serviceWith().create(operator, wanted))).toEqual(expected);
  await expectNothingKept();
});

test('R-PKG-2 bytes of another format than the name says end the upload, also when they come byte by byte', async () => {
  const { _id } = await serviceWith().create(operator, { fileName: 'fw.zip', size: 1_000 });
  for (let at = 0; at < 261; at += 87) await serviceWith().append(operator, _id, at, stream(Buffer.alloc(87, 0x41)));
  expect(await refusal(serviceWith().append(operator, _id, 261, stream(Buffer.alloc(1))))).toEqual([
    { code: 'FILE_FORMAT', field: 'file' },
  ]);
  await expectNothingKept();
});

test('R-PKG-5 a file without the declared digest is refused at its end, and nothing of it stays', async () => {
  const { _id } = await serviceWith().create(operator, { fileName: 'fw.bin', size: 10, declaredDigest: 'a'.repeat(64) });
  expect(await refusal(serviceWith().append(operator, _id, 0, stream(Buffer.alloc(10))))).toEqual([
    { code: 'DIGEST_MISMATCH', field: 'digest' },
  ]);
  await expectNothingKept();
});

test('R-PKG-12 uploads are counted by key and in all', async () => {
  for (let n = 0; n < 3; n++) await serviceWith().create(operator, { fileName: 'fw.bin', size: 1 });
  expect(await refusal(serviceWith().create(operator, { fileName: 'fw.bin', size: 1 }))).toEqual([{ code: 'UPLOAD_QUOTA' }]);
  await serviceWith().create(somebodyElse, { fileName: 'fw.bin', size: 1 });
  expect(await refusal(serviceWith().create(somebodyElse, { fileName: 'fw.bin', size: 1 }))).toEqual([{ code: 'UPLOAD_QUOTA' }]);
  expect(await store.collections.resumableUploads.countDocuments()).toBe(4);
  expect(files.fileIds()).toHaveLength(4);
});

test('R-PKG-12 to another key an upload does not exist, and a viewer has none', async () => {
  const id = await uploaded(Buffer.alloc(10));
  expect(await serviceWith().get(somebodyElse, id)).toBeNull();
  const unknown = [expect.objectContaining({ code: 'UPLOAD_UNKNOWN' })];
  expect(await refusal(serviceWith().append(somebodyElse, id, 0, stream(Buffer.alloc(1))))).toEqual(unknown);
  expect(await refusal(serviceWith().remove(somebodyElse, id))).toEqual(unknown);
  expect(await refusal(serviceWith().createPackage(somebodyElse, input(), [id]))).toEqual(unknown);
  expect(await refusal(serviceWith().create(spectator, { fileName: 'fw.bin', size: 1 }))).toEqual([{ code: 'NOT_ALLOWED' }]);
});

test('R-PKG-12 uploads untouched for a day go with their bytes, cut or finished; a package keeps its own', async () => {
  const kept = await uploaded(Buffer.from('firmware'));
  await serviceWith().createPackage(operator, input(), [kept]);
  await uploaded(Buffer.from('finished'));
  const { _id } = await serviceWith().create(operator, { fileName: 'fw.bin', size: 10 });
  clock.advance(23 * HOUR_MS);
  await serviceWith().append(operator, _id, 0, stream(Buffer.alloc(4)));
  clock.advance(2 * HOUR_MS);
  expect(await sweepUploads(depsWith())).toBe(1);
  expect(await serviceWith().get(operator, _id)).toMatchObject({ offset: 4 });
  clock.advance(24 * HOUR_MS);
  expect(await sweepUploads(depsWith())).toBe(1);
  expect(files.fileIds()).toEqual([kept]);
  expect(await store.collections.resumableUploads.countDocuments()).toBe(0);
});

test('R-PKG-12 a crash in a removal, or right after a package was made, leaves nothing that is not swept', async () => {
  const removed = await uploaded(Buffer.from('removed'));
  const failing = serviceWith({ ...files, delete: () => Promise.reject(new Error('killed')) });
  await expect(failing.remove(operator, removed)).rejects.toThrow('killed');
  const used = await uploaded(Buffer.from('used'));
  const record = (await store.collections.resumableUploads.findOne({ _id: used }))!;
  await serviceWith().createPackage(operator, input(), [used]);
  await store.collections.resumableUploads.insertOne({ ...record, state: 'USED' });
  clock.advance(25 * HOUR_MS);
  await sweepUploads(depsWith());
  expect(files.fileIds()).toEqual([used]);
  expect(await store.collections.resumableUploads.countDocuments()).toBe(0);
});

async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setImmediate(resolve));
}
