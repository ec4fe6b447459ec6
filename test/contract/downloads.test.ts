import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { PackageService } from '../../core/core';
import { downloadSecret } from '../../core/packages/download-secret';
import { createDownloadUrls, type DownloadUrls } from '../../core/packages/download-token';
import { createPackageService } from '../../core/packages/service';
import type { Task } from '../../schema/model/task';
import type { Store } from '../../schema/mongo/connect';
import { aPackage, aTask } from '../support/builders';
import { handClock, settingsWith } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { emptyStore, testStore } from '../support/store';

const HOUR_MS = 3_600_000;
const clock = handClock();
const settings = settingsWith();
const task: Task = aTask({ status: 'NOTIFIED' });

let store: Store;
let urls: DownloadUrls;
let packages: PackageService;
beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  const { collections } = store;
  const files = fakePackageStore();
  await files.put('file1', Readable.from([Buffer.from('firmware!')], { objectMode: false }));
  await collections.packages.insertOne(aPackage());
  await collections.tasks.insertOne(task);
  urls = createDownloadUrls({ settings, secret: await downloadSecret(collections), clock });
  packages = createPackageService({ collections, files, settings, clock, downloads: urls });
});
afterEach(() => emptyStore(store));
afterAll(() => store.close());

const tokenOf = async (fileIndex = 0) => (await urls.mintUrl(task, fileIndex, 'fw.bin')).split('/d/')[1] ?? '';
const refusalOf = (token: string) =>
  packages.download(token).then(
    () => 'no refusal',
    (error: Error & { code: string }) => `${error.code} ${error.message}`,
  );

const UNKNOWN = 'DOWNLOAD_REFUSED The download address is not one that was given out.';
const EXPIRED = 'DOWNLOAD_REFUSED The download address has expired.';
const ENDED = 'DOWNLOAD_REFUSED The task this download address was given out for has ended.';

test('R-DL-1 an address carries a token that opens one file, by range', async () => {
  expect(await urls.mintUrl(task, 0, 'fw.bin')).toMatch(/^http:\/\/127\.0\.0\.1:8080\/d\/[\w-]+\.[\w-]+\.[\w-]+$/);
  const download = await packages.download(await tokenOf());
  expect(download).toMatchObject({ taskId: task._id, name: 'fw.bin', size: 12, sha256: '0'.repeat(64) });
  expect((await buffer(download.read({ start: 4, end: 7 }))).toString()).toBe('ware');
});

test('R-DL-1 a token is good for 24 hours', async () => {
  const token = await tokenOf();
  clock.advance(24 * HOUR_MS - 2_000);
  await expect(packages.download(token)).resolves.toBeDefined();
  clock.advance(2_000);
  expect(await refusalOf(token)).toBe(EXPIRED);
});

test.each<[string, () => Promise<string>]>([
  ['garbage', async () => 'garbage'],
  ['empty', async () => ''],
  ['endless', async () => 'a'.repeat(100_000)],
  ['of a file the package does not have', () => tokenOf(1)],
  ['unsigned', async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await tokenOf()).split('.')[1]}.`],
  [
    'changed',
    async () => {
      const [head, , signature] = (await tokenOf()).split('.');
      const claims = { sub: task._id, att: 1, file: 0, exp: Math.floor(clock().getTime() / 1_000) + 1_000_000 };
      return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    },
  ],
  [
    'of another installation',
    async () => {
      const others = createDownloadUrls({ settings, secret: Buffer.alloc(32, 7), clock });
      return (await others.mintUrl(task, 0, 'fw.bin')).split('/d/')[1] ?? '';
    },
  ],
])('R-DL-1 a token that is %s is refused', async (_, token) => {
  expect(await refusalOf(await token())).toBe(UNKNOWN);
});

test.each(['SUCCEEDED', 'FAILED', 'CANCELED'] as const)('R-DL-5 once its task is %s a token no longer downloads', async (status) => {
  const token = await tokenOf();
  await expect(packages.download(token)).resolves.toBeDefined();
  await store.collections.tasks.updateOne({ _id: task._id }, { $set: { status, active: false } });
  expect(await refusalOf(token)).toBe(ENDED);
});

test('the secret is made once, also when two processes start together', async () => {
  await store.collections.settings.deleteMany({});
  const made = await Promise.all([downloadSecret(store.collections), downloadSecret(store.collections), downloadSecret(store.collections)]);
  expect(new Set(made.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1);
  expect(made[0]).toHaveLength(32);
});
