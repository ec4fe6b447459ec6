import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import type { NewPackage } from '../../core/packages/contract';
import { createPackageService } from '../../core/packages/service';
import { sweepOrphans } from '../../core/packages/upload-record';
import { callsOf, handClock, operator, refusal, settingsWith, spectator } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { useStore } from '../support/store';

const LIMIT = 4_096;
const clock = handClock();

const store = useStore();
let files: ReturnType<typeof fakePackageStore>;
let packages: ReturnType<typeof createPackageService>;
beforeEach(async () => {
  files = fakePackageStore();
  const settings = settingsWith({ fileBytes: LIMIT, packages: 3 });
  const { connection, collections } = store;
  packages = createPackageService({ connection, collections, calls: callsOf(store, clock), files, settings, clock });
  await store.collections.products.insertOne({ _id: 'meter', name: 'Water meter', dialect: 'LINK', createdAt: clock() });
});

const image = Buffer.from('a firmware image');
const input = (fields: Partial<NewPackage> = {}): NewPackage => ({ productKey: 'meter', name: 'meter_fw', version: '2.0.0', ...fields });
const fileOf = (bytes: Buffer = image, name = 'fw.bin') => ({ name, stream: Readable.from([bytes], { objectMode: false }) });

/** What a refusal must leave: no package, no file, no record of an upload. */
async function expectNothingKept(): Promise<void> {
  expect(files.fileIds()).toEqual([]);
  expect(await store.collections.packages.countDocuments()).toBe(0);
  expect(await store.collections.uploads.countDocuments()).toBe(0);
}

test('R-PKG-1 a package belongs to a product and carries size and digests of its file', async () => {
  const made = await packages.create(operator, input({ description: 'first', customInfo: 'ü'.repeat(4_096) }), fileOf());
  expect(made).toMatchObject({
    productKey: 'meter',
    module: 'default',
    version: '2.0.0',
    digestAlgorithm: 'SHA256',
    createdBy: operator.actorId,
  });
  expect(made.files).toEqual([
    {
      fileId: files.fileIds()[0],
      name: 'fw.bin',
      size: image.length,
      md5: createHash('md5').update(image).digest('hex'),
      sha256: createHash('sha256').update(image).digest('hex'),
    },
  ]);
  expect(made.customInfo).toHaveLength(4_096);
  expect(await packages.get(made._id)).toEqual(made);
  expect(await packages.getMany(['nobody', made._id])).toEqual([null, made]);
  expect(await store.collections.uploads.countDocuments()).toBe(0);
});

test('R-PKG-1 a file of exactly the limit is taken, and one byte more is refused', async () => {
  await packages.create(operator, input(), fileOf(Buffer.alloc(LIMIT, 1)));
  const more = packages.create(operator, input({ version: '3' }), fileOf(Buffer.alloc(LIMIT + 1, 1)));
  expect(await refusal(more)).toEqual([{ code: 'FILE_TOO_LARGE', field: 'file' }]);
  expect(files.fileIds()).toHaveLength(1);
});

test('R-PKG-1 an empty file is refused', async () => {
  expect(await refusal(packages.create(operator, input(), fileOf(Buffer.alloc(0))))).toEqual([{ code: 'FILE_EMPTY', field: 'file' }]);
  await expectNothingKept();
});

test('R-PKG-1 the quota of packages', async () => {
  for (const version of ['1', '2', '3']) await packages.create(operator, input({ version }), fileOf());
  expect(await refusal(packages.create(operator, input({ version: '4' }), fileOf()))).toEqual([{ code: 'PACKAGE_QUOTA' }]);
});

test('R-PKG-1 an unknown product is refused before a byte is read', async () => {
  const { name, stream } = fileOf();
  expect(await refusal(packages.create(operator, input({ productKey: 'nobody' }), { name, stream }))).toEqual([
    { code: 'PRODUCT_UNKNOWN', field: 'productKey' },
  ]);
  expect(stream.readableDidRead).toBe(false);
});

test('R-PKG-1 a version is uploaded once, also when two upload it together', async () => {
  const both = await Promise.allSettled([packages.create(operator, input(), fileOf()), packages.create(operator, input(), fileOf())]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'PACKAGE_EXISTS' } });
  expect(await refusal(packages.create(operator, input(), fileOf()))).toEqual([{ code: 'PACKAGE_EXISTS', field: 'version' }]);
  expect(files.fileIds()).toHaveLength(1);
});

test.each([
  ['fw.exe', 'a suffix that is not taken'],
  ['.bin', 'nothing but a suffix'],
  ['fw', 'no suffix'],
])('R-PKG-2 %s is refused before a byte is read: %s', async (name) => {
  const { stream } = fileOf();
  expect(await refusal(packages.create(operator, input(), { name, stream }))).toEqual([{ code: 'FILE_FORMAT', field: 'file' }]);
  expect(stream.readableDidRead).toBe(false);
});

test('R-PKG-2 a .zip whose first bytes are not PK is refused before a byte is kept, in one piece or many', async () => {
  const bytewise = Readable.from(
    [...Buffer.alloc(600, 'x')].map((byte) => Buffer.from([byte])),
    { objectMode: false },
  );
  for (const stream of [fileOf().stream, bytewise]) {
    expect(await refusal(packages.create(operator, input(), { name: 'fw.zip', stream }))).toEqual([{ code: 'FILE_FORMAT', field: 'file' }]);
  }
  await expectNothingKept();
});

test('R-PKG-2 a short .zip that is one is taken', async () => {
  const made = await packages.create(operator, input(), fileOf(Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]), 'fw.zip'));
  expect(made.files[0]?.size).toBe(22);
});

test('R-PKG-3 every field that is wrong is named, in one answer', async () => {
  const wrong = input({
    name: '_fw',
    module: 'radio 1',
    version: 'v 2',
    description: 'x'.repeat(101),
    customInfo: 'ü'.repeat(4_097),
    declaredDigest: 'abc',
  });
  expect(await refusal(packages.create(operator, wrong, fileOf(image, '固件.bin')))).toEqual([
    { code: 'INVALID_FORMAT', field: 'name' },
    { code: 'INVALID_FORMAT', field: 'module' },
    { code: 'INVALID_FORMAT', field: 'version' },
    { code: 'INVALID_FORMAT', field: 'description' },
    { code: 'INVALID_FORMAT', field: 'customInfo' },
    { code: 'INVALID_FORMAT', field: 'digest' },
    { code: 'INVALID_FORMAT', field: 'file' },
  ]);
  await expectNothingKept();
});

test.each(['md5', 'sha256'] as const)('R-PKG-5 a declared %s digest is checked', async (algorithm) => {
  const declaredDigest = createHash(algorithm).update(image).digest('hex').toUpperCase();
  expect(await refusal(packages.create(operator, input({ declaredDigest }), fileOf(Buffer.from('other'))))).toEqual([
    { code: 'DIGEST_MISMATCH', field: 'digest' },
  ]);
  await expectNothingKept();
  await expect(packages.create(operator, input({ declaredDigest }), fileOf())).resolves.toMatchObject({ version: '2.0.0' });
});

/** Gives `bytes`, and then its line is cut. */
const cutAfter = (bytes: Buffer, error?: Error): Readable => {
  const pieces = [bytes];
  return new Readable({
    read() {
      const next = pieces.pop();
      if (next) this.push(next);
      else this.destroy(error);
    },
  });
};

test.each([
  ['closed without its end', () => cutAfter(Buffer.alloc(1_000))],
  ['broken by an error', () => cutAfter(Buffer.alloc(1_000), new Error('ECONNRESET'))],
  ['gone before it is read', () => new PassThrough().destroy(new Error('ECONNRESET'))],
])('R-PKG-5 an upload that is %s is cut, and nothing is kept', async (_, streamOf) => {
  expect(await refusal(packages.create(operator, input(), { name: 'fw.bin', stream: streamOf() }))).toEqual([
    { code: 'UPLOAD_CUT', field: 'file' },
  ]);
  await expectNothingKept();
});

test('a failure of the store is not blamed on the upload, and its file is left to the sweep', async () => {
  const broken = { ...files, put: () => Promise.reject(new Error('disk full')) };
  const service = createPackageService({
    connection: store.connection,
    collections: store.collections,
    calls: callsOf(store, clock),
    files: broken,
    settings: settingsWith(),
    clock,
  });
  await expect(service.create(operator, input(), fileOf())).rejects.toThrow('disk full');
  expect(await store.collections.packages.countDocuments()).toBe(0);
  clock.advance(60 * 60_000 + 1);
  expect(await sweepOrphans(store.collections, files, clock())).toBe(1);
});

test('a viewer uploads nothing', async () => {
  expect(await refusal(packages.create(spectator, input(), fileOf()))).toEqual([{ code: 'NOT_ALLOWED' }]);
});

test('packages are listed newest first, by product and module', async () => {
  for (const module of ['default', 'radio']) await packages.create(operator, input({ module }), fileOf());
  const { rows } = await packages.list({ productKey: 'meter' }, {});
  expect(rows.map(({ node }) => node.module)).toEqual(['radio', 'default']);
  expect((await packages.list({ module: 'radio' }, {})).rows).toHaveLength(1);
});

test('a file that a crash left without a package is swept after an hour, and no other', async () => {
  const made = await packages.create(operator, input(), fileOf());
  const kept = made.files[0]?.fileId ?? '';
  for (const id of ['old', 'young']) await files.put(id, fileOf().stream);
  await store.collections.uploads.insertMany([
    { _id: kept, renewedAt: clock() },
    { _id: 'old', renewedAt: clock() },
  ]);
  clock.advance(60 * 60_000 + 1);
  await store.collections.uploads.insertOne({ _id: 'young', renewedAt: clock() });
  expect(await sweepOrphans(store.collections, files, clock())).toBe(1);
  expect(files.fileIds().sort()).toEqual([kept, 'young'].sort());
});
