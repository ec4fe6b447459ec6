import { buffer } from 'node:stream/consumers';
import { createBlockReader } from '../../core/downloads/block-reader';
import { storeSource } from '../../core/downloads/block-source';
import { downloadSecret } from '../../core/downloads/download-secret';
import { createDownloadUrls, type DownloadUrls } from '../../core/downloads/download-token';
import { type DownloadMeter } from '../../core/downloads/meter';
import { createDownloadService } from '../../core/downloads/service';
import type { ShortTokens } from '../../core/downloads/short-token';
import { ensureStreamId } from '../../core/downloads/stream-id';
import type { Task } from '../../schema/model/task/task';
import type { Store } from '../../schema/mongo/connect';
import { anAnsweredTask, aPackage, aTask } from '../support/builders';
import { handClock, settingsWith } from '../support/core-parts';
import { downloadParts, insertTasks } from '../support/download-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { emptyStore, testStore } from '../support/store';

const HOUR_MS = 3_600_000;
const clock = handClock();
const settings = settingsWith();
const task: Task = aTask({ status: 'NOTIFIED' });

let store: Store;
let urls: DownloadUrls;
let tokens: ShortTokens;
let downloads: ReturnType<typeof createDownloadService>;
let meter: DownloadMeter;
let files: ReturnType<typeof fakePackageStore>;
beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  ({ files, urls, tokens, meter, downloads } = await downloadParts(store.collections, { settings, clock, task }));
});
afterEach(async () => {
  downloads.close();
  await meter.close();
  await emptyStore(store);
});
afterAll(() => store.close());

const tokenOf = async (fileIndex = 0) => (await urls.mintUrl(task, fileIndex, 'fw.bin')).split('/d/')[1] ?? '';
const refusalOf = (token: string) =>
  downloads.open(token).then(
    () => 'no refusal',
    (error: Error & { code: string }) => `${error.code} ${error.message}`,
  );

const UNKNOWN = 'DOWNLOAD_REFUSED The download address is not one that was given out.';
const EXPIRED = 'DOWNLOAD_REFUSED The download address has expired.';
const ENDED = 'DOWNLOAD_REFUSED The task this download address was given out for has ended.';

test('R-DL-1 an address carries a token that opens one file, by range', async () => {
  expect(await urls.mintUrl(task, 0, 'fw.bin')).toMatch(/^http:\/\/127\.0\.0\.1:8080\/d\/[\w-]+\.[\w-]+\.[\w-]+$/);
  const download = await downloads.open(await tokenOf());
  expect(download).toMatchObject({ taskId: task._id, name: 'fw.bin', size: 12, sha256: '0'.repeat(64) });
  const { pieces } = download.begin({ start: 4, end: 7 }, () => undefined);
  expect((await buffer(pieces)).toString()).toBe('ware');
});

test('R-DL-1 a token is good for 24 hours', async () => {
  const token = await tokenOf();
  clock.advance(24 * HOUR_MS - 2_000);
  await expect(downloads.open(token)).resolves.toBeDefined();
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
  await expect(downloads.open(token)).resolves.toBeDefined();
  await store.collections.tasks.updateOne({ _id: task._id }, { $set: { status, active: false } });
  expect(await refusalOf(token)).toBe(ENDED);
});

test('R-DL-5 tokens that come together are looked up together, each answered by its own task, and none by what was read before', async () => {
  const tasks = Array.from({ length: 20 }, (_, index) => aTask({ status: 'NOTIFIED', active: index !== 7 }));
  await insertTasks(store.collections, ...tasks);
  const tokens = await Promise.all(tasks.map(async (of) => (await urls.mintUrl(of, 0, 'fw.bin')).split('/d/')[1] ?? ''));
  const find = jest.spyOn(store.collections.tasks, 'aggregate');
  const openAll = () => Promise.all(tokens.map((token) => downloads.open(token).then(({ taskId }) => taskId, String)));
  await openAll();
  find.mockClear();
  const ids = await openAll();
  expect(find).toHaveBeenCalledTimes(1);
  find.mockRestore();
  expect(ids).toEqual(tasks.map(({ _id }, index) => (index === 7 ? expect.stringContaining('has ended') : _id)));
  await store.collections.tasks.updateMany({}, { $set: { active: false } });
  expect(new Set(await openAll())).toEqual(new Set([expect.stringContaining('has ended')]));
});

test('the secret is made once, also when two processes start together', async () => {
  await store.collections.settings.deleteMany({});
  const made = await Promise.all([downloadSecret(store.collections), downloadSecret(store.collections), downloadSecret(store.collections)]);
  expect(new Set(made.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1);
  expect(made[0]).toHaveLength(32);
});

const other: Task = aTask({ status: 'NOTIFIED' });
const idOf = (url: string) => url.split('/f/')[1] ?? '';
const bearerRefusal = (id: string, token: string | null) =>
  downloads.openWithBearer(id, token).then(
    () => 'no refusal',
    (error: Error & { code: string }) => error.code,
  );

test('R-DL-1 an address with a bearer token names its port, and opens with its token only', async () => {
  await insertTasks(store.collections, other);
  const { url, token, expiresAt } = await urls.mintAccess(task, 0);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8080\/f\/[\w-]+$/);
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  expect(expiresAt.getTime()).toBe(Math.floor(clock().getTime() / 1_000) * 1_000 + 24 * HOUR_MS);
  expect((await downloads.openWithBearer(idOf(url), token)).taskId).toBe(task._id);
  const others = await urls.mintAccess(other, 0);
  const wrong: [string, string | null][] = [
    [idOf(url), null],
    [idOf(url), 'garbage'],
    [idOf(url), others.token],
    [idOf(others.url), token],
    [idOf((await urls.mintAccess(task, 1)).url), token],
    [idOf(url), await tokenOf()],
    ['', token],
  ];
  for (const [id, bearer] of wrong) expect(await bearerRefusal(id, bearer)).toBe('DOWNLOAD_UNAUTHORIZED');
});

test('R-DL-1 a token that has opened one file still opens no other', async () => {
  const { url, token } = await urls.mintAccess(task, 0);
  await expect(downloads.openWithBearer(idOf(url), token)).resolves.toBeDefined();
  expect(await refusalOf(token)).toBe(UNKNOWN);
  const path = await tokenOf();
  await expect(downloads.open(path)).resolves.toBeDefined();
  expect(await bearerRefusal(idOf(url), path)).toBe('DOWNLOAD_UNAUTHORIZED');
});

test('R-DL-1 the token of a header is none for a path', async () => {
  expect(await refusalOf((await urls.mintAccess(task, 0)).token)).toBe(UNKNOWN);
});

test('R-DL-1 an https address names port 443 where a device needs it, and no port where one must not be', async () => {
  const secure = createDownloadUrls({ settings: { ...settings, publicBaseUrl: 'https://fw.example' }, secret: Buffer.alloc(32), clock });
  expect((await secure.mintAccess(task, 0)).url).toMatch(/^https:\/\/fw\.example:443\/f\/[\w-]+$/);
  expect((await secure.mintOpenUrl(task, 0)).url).toMatch(/^https:\/\/fw\.example:443\/d\//);
  expect(await secure.mintUrl(task, 0, 'fw.bin')).toMatch(/^https:\/\/fw\.example\/d\//);
});

test('R-FLOW-2 R-DL-1 the first request with the token of the present attempt is told of, before a byte leaves; others are not', async () => {
  const opened: [string, number][] = [];
  const telling = createDownloadService({
    ...{ collections: store.collections, urls, tokens, meter, settings, clock },
    reader: createBlockReader(storeSource(files)),
    blockReader: createBlockReader(storeSource(files)),
    onOpened: async (taskId, attempt) => void opened.push([taskId, attempt]),
  });
  const iotda = anAnsweredTask({ attempt: 2, packageId: task.packageId });
  await insertTasks(store.collections, iotda);
  const [stale, present] = [await urls.mintAccess({ ...iotda, attempt: 1 }, 0), await urls.mintAccess(iotda, 0)];
  await telling.openWithBearer(idOf(stale.url), stale.token);
  expect(opened).toEqual([]);
  await telling.openWithBearer(idOf(present.url), present.token);
  expect(opened).toEqual([[iotda._id, 2]]);
  await store.collections.tasks.updateOne({ _id: iotda._id }, { $set: { 'negotiation.openedAt': clock() } });
  await telling.openWithBearer(idOf(present.url), present.token);
  expect(opened).toHaveLength(1);
});

test('R-DL-1 R-DL-5 a bearer token ends after 24 hours, and with its task', async () => {
  const { url, token } = await urls.mintAccess(task, 0);
  await store.collections.tasks.updateOne({ _id: task._id }, { $set: { active: false } });
  expect(await bearerRefusal(idOf(url), token)).toBe('DOWNLOAD_REFUSED');
  clock.advance(24 * HOUR_MS);
  expect(await bearerRefusal(idOf(url), token)).toBe('DOWNLOAD_REFUSED');
});

test('R-DL-1 what a device was sent is counted on its task, in one write for many pieces, and beside its revision', async () => {
  const taskNow = () => store.collections.tasks.findOne({ _id: task._id });
  const first = (await downloads.open(await tokenOf())).begin({ start: 0, end: 11 }, () => undefined);
  for (let piece = 0; piece < 1_000; piece++) first.served(10);
  await downloads.open(await tokenOf());
  expect((await taskNow())?.download).toBeUndefined();
  await meter.flush();
  expect(await taskNow()).toMatchObject({ download: { bytesServed: 10_000, requests: 2, lastAt: clock() }, revision: task.revision });
  first.served(5);
  await meter.close();
  expect((await taskNow())?.download).toMatchObject({ bytesServed: 10_005, requests: 2 });
});

describe('R-DL-3 blocks of a stream', () => {
  let streamId: number;
  beforeEach(async () => {
    await ensureStreamId(store.collections, 'package1');
    streamId = (await store.collections.packages.findOne({ _id: 'package1' }))?.streamId ?? 0;
  });
  const block = (offset: number, size: number, deviceId = task.deviceId, fileId = 1) =>
    downloads
      .block(deviceId, { streamId, fileId, offset, size })
      .then((answer) => (answer.kind === 'block' ? answer.bytes.toString() : answer.kind));

  test('R-DL-3 are the bytes asked for, cut at the end; asked for again they are given again', async () => {
    expect(await block(0, 4)).toBe('firm');
    expect(await block(0, 4)).toBe('firm');
    expect(await block(2, 4)).toBe('rmwa');
    expect(await block(8, 65_536)).toBe(' 2.0');
    await meter.flush();
    expect((await store.collections.tasks.findOne({ _id: task._id }))?.download).toMatchObject({ bytesServed: 16, requests: 4 });
  });

  test('R-DL-3 do not begin at the end of the file, nor beyond', async () => {
    expect(await block(12, 1)).toBe('beyond');
    expect(await block(999_999_999, 1)).toBe('beyond');
  });

  test('R-DL-3 R-DL-5 are for a device with an unfinished task of that package, until it ends', async () => {
    await store.collections.packages.insertOne(aPackage({ _id: 'package2', version: '3.0.0' }));
    await insertTasks(store.collections, { ...other, packageId: 'package2' });
    expect(await block(0, 1, other.deviceId)).toBe('unknown');
    expect(await block(0, 1, 'nobody.here')).toBe('unknown');
    expect(await block(0, 1, task.deviceId, 2)).toBe('unknown');
    expect(await block(0, 1)).toBe('f');
    await store.collections.tasks.updateOne({ _id: task._id }, { $set: { active: false, status: 'SUCCEEDED' } });
    clock.advance(1_000);
    expect(await block(0, 1)).toBe('unknown');
  });

  test('R-DL-3 wait for a confirmation as the notification does', async () => {
    await store.collections.tasks.updateOne({ _id: task._id }, { $set: { status: 'UNCONFIRMED' } });
    expect(await block(0, 1)).toBe('unknown');
  });

  test("R-DL-3 a stream id is given once, fits 32 bits and is no other package's", async () => {
    const { packages } = store.collections;
    const ids = Array.from({ length: 8 }, (_, n) => `more${n}`);
    await packages.insertMany(ids.map((_id, n) => aPackage({ _id, version: `9.${n}.0` })));
    await Promise.all([...ids, ...ids].map((id) => ensureStreamId(store.collections, id)));
    const given = (await packages.find({}).toArray()).map((each) => each.streamId ?? 0);
    expect(new Set(given).size).toBe(9);
    expect(given.every((id) => Number.isInteger(id) && id >= 1 && id <= 0xffff_ffff)).toBe(true);
    await ensureStreamId(store.collections, 'package1');
    expect((await packages.findOne({ _id: 'package1' }))?.streamId).toBe(streamId);
  });
});
