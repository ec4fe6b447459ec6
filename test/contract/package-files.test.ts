import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { PackageUpload } from '../../core/packages/contract';
import { gzipEnd } from '../../core/packages/gzip-end';
import { createPackageService } from '../../core/packages/service';
import { tarEntry, tarOf } from '../support/archives';
import { callsOf, handClock, operator, refusal, settingsWith } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { useStore } from '../support/store';

const clock = handClock();
const input = { productKey: 'meter', name: 'meter_fw', version: '2.0.0' };

const store = useStore();
let files: ReturnType<typeof fakePackageStore>;
let packages: ReturnType<typeof createPackageService>;
beforeEach(async () => {
  files = fakePackageStore();
  const { connection, collections } = store;
  const calls = callsOf(store, clock);
  packages = createPackageService({ connection, collections, calls, files, settings: settingsWith(), clock });
  await store.collections.products.insertOne({ _id: 'meter', name: 'Water meter', dialect: 'LINK', createdAt: clock() });
});

const upload = (name: string, bytes: Buffer | string, more: Partial<PackageUpload> = {}): PackageUpload => ({
  name,
  stream: Readable.from([Buffer.from(bytes)], { objectMode: false }),
  ...more,
});
async function* each(...uploads: PackageUpload[]): AsyncGenerator<PackageUpload> {
  yield* uploads;
}

async function expectNothingKept(): Promise<void> {
  expect(files.fileIds()).toEqual([]);
  expect(await store.collections.packages.countDocuments()).toBe(0);
  expect(await store.collections.uploads.countDocuments()).toBe(0);
}

test('R-PKG-10 several files make one package, each with its own size and digests', async () => {
  const made = await packages.create(operator, input, each(upload('boot.bin', 'boot'), upload('app.bin', 'application')));
  expect(made.files.map(({ name, size }) => [name, size])).toEqual([
    ['boot.bin', 4],
    ['app.bin', 11],
  ]);
  expect(files.fileIds()).toEqual(made.files.map(({ fileId }) => fileId));
  expect(await store.collections.uploads.countDocuments()).toBe(0);
});

test.each<[string, () => PackageUpload, { code: string; field: string }]>([
  ['empty', () => upload('app.bin', ''), { code: 'FILE_EMPTY', field: 'file.1' }],
  ['of no format that is taken', () => upload('app.exe', 'x'), { code: 'FILE_FORMAT', field: 'file.1' }],
  ['a zip by name only', () => upload('app.zip', 'x'.repeat(600)), { code: 'FILE_FORMAT', field: 'file.1' }],
  ['of the first one’s name', () => upload('boot.bin', 'x'), { code: 'INVALID_FORMAT', field: 'file.1' }],
  [
    'not what was declared',
    () => upload('app.bin', 'x', { declaredDigest: '0'.repeat(64) }),
    { code: 'DIGEST_MISMATCH', field: 'digest.1' },
  ],
])('R-PKG-10 a second file that is %s takes the first with it', async (_name, second, expected) => {
  expect(await refusal(packages.create(operator, input, each(upload('boot.bin', 'boot'), second())))).toEqual([expected]);
  await expectNothingKept();
});

test('R-PKG-10 twenty files are taken, and with the twenty-first none', async () => {
  const named = (count: number) => Array.from({ length: count }, (_, index) => upload(`part-${index}.bin`, `${index}`));
  expect(await refusal(packages.create(operator, input, each(...named(21))))).toEqual([{ code: 'TOO_MANY', field: 'file' }]);
  await expectNothingKept();
  expect((await packages.create(operator, input, each(...named(20)))).files).toHaveLength(20);
});

test('R-PKG-10 an upload that is cut between two files keeps nothing', async () => {
  async function* cut() {
    yield upload('boot.bin', 'boot');
    throw new Error('ECONNRESET');
  }
  await expect(packages.create(operator, input, cut())).rejects.toThrow('ECONNRESET');
  expect(files.fileIds()).toEqual([]);
  expect(await store.collections.packages.countDocuments()).toBe(0);
});

const tar = tarOf(tarEntry('fw', Buffer.alloc(1_024, 'x')));
const gz = gzipSync(Buffer.from(Array.from({ length: 5_000 }, (_, index) => `${index * 7_919}`).join(' ')));

test.each<[string, Buffer]>([
  ['fw.tar', tar],
  ['fw.tar.gz', gz],
  ['fw.gz', Buffer.concat([gz, gz])],
  ['fw.tar', tar.subarray(0, 1_536)],
  ['openwrt-sysupgrade.img.gz', Buffer.concat([gz, Buffer.from('{"metadata_version":"1.1"}FWx0')])],
  ['fw.tgz', gz],
])('R-PKG-2 a whole %s is taken', async (name, bytes) => {
  expect((await packages.create(operator, input, upload(name, bytes))).files[0]?.size).toBe(bytes.length);
});

test.each<[string, Buffer, string]>([
  ['fw.tar', tar.subarray(0, 1_024), 'ends before the last entry'],
  ['fw.tar.gz', gz.subarray(0, gz.length - 1), 'ends before its gzip stream does'],
  ['fw.gz', gz.subarray(0, 4_000), 'ends before its gzip stream does'],
  ['fw.gzip', Buffer.concat([gz.subarray(0, -8), Buffer.alloc(8)]), 'damaged'],
  ['fw.zip', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(600, 1)]), 'the directory'],
])('R-PKG-2 a %s that ends early, or wrongly, is refused with the reason, and nothing is kept', async (name, bytes, reason) => {
  const made = packages.create(operator, input, upload(name, bytes));
  await expect(made).rejects.toMatchObject({ code: 'FILE_FORMAT', field: 'file', message: expect.stringContaining(reason) });
  await expectNothingKept();
});

test('R-PKG-2 a gzip stream that unpacks without end is not followed to its end', async () => {
  const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024));
  const end = gzipEnd({ least: 1_024 * 1_024, ratio: 1, most: 1_024 * 1_024 });
  await end.update(bomb.subarray(0, bomb.length - 10));
  await end.update(bomb.subarray(bomb.length - 10, bomb.length - 5));
  expect(await end.problem()).toBeNull();
});

test('R-PKG-4 a package has a kind and source versions; a differential one can not do without', async () => {
  const differential = { ...input, kind: 'DIFFERENTIAL' as const };
  expect(await refusal(packages.create(operator, differential, upload('fw.bin', 'x')))).toEqual([
    { code: 'REQUIRED', field: 'sourceVersions' },
  ]);
  await expectNothingKept();
  const made = await packages.create(operator, { ...differential, sourceVersions: ['1.0.0', '1.0.0', '1.1.0'] }, upload('fw.bin', 'x'));
  expect(made).toMatchObject({ kind: 'DIFFERENTIAL', sourceVersions: ['1.0.0', '1.1.0'] });
  const plain = await packages.create(operator, { ...input, version: '3.0.0' }, upload('fw.bin', 'x'));
  expect(plain).toMatchObject({ kind: 'FULL', sourceVersions: [], verification: { required: false, state: 'UNVERIFIED' } });
});
