import { setTimeout as delay } from 'node:timers/promises';
import { createBlockReader } from '../../core/downloads/block-reader';
import { storeSource } from '../../core/downloads/block-source';
import type { TransferEnd } from '../../core/downloads/contract';
import { type DownloadUrls } from '../../core/downloads/download-token';
import { type DownloadMeter } from '../../core/downloads/meter';
import { createDownloadService } from '../../core/downloads/service';
import type { ShortTokens } from '../../core/downloads/short-token';
import { ensureStreamId } from '../../core/downloads/stream-id';
import { isActive, TASK_STATUSES, type Task } from '../../schema/model/task/task';
import type { Store } from '../../schema/mongo/connect';
import { aTask } from '../support/builders';
import { handClock, settingsWith } from '../support/core-parts';
import { downloadParts, insertTasks } from '../support/download-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { emptyStore, testStore } from '../support/store';

const clock = handClock();
const settings = settingsWith();
const task: Task = aTask({ status: 'NOTIFIED' });
const ENDED = 'DOWNLOAD_REFUSED The task this download address was given out for has ended.';

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

function parts() {
  const reader = createBlockReader(storeSource(files));
  return { collections: store.collections, urls, tokens, reader, blockReader: reader, meter, clock };
}
const tokenOf = async () => (await urls.mintUrl(task, 0, 'fw.bin')).split('/d/')[1] ?? '';
const idOf = (url: string) => url.split('/f/')[1] ?? '';
const refusalOf = (token: string) =>
  downloads.open(token).then(
    () => 'no refusal',
    (error: Error & { code: string }) => `${error.code} ${error.message}`,
  );

/** Requests that were counted on the task. */
async function meterCount(): Promise<number> {
  await meter.flush();
  return (await store.collections.tasks.findOne({ _id: task._id }))?.download?.requests ?? 0;
}

describe.each(TASK_STATUSES)('R-DL-7 in %s', (status) => {
  const may = status === 'NOTIFIED' || status === 'IN_PROGRESS';
  const outcome = (work: Promise<unknown>) =>
    work.then(
      () => 'had',
      (error: { code: string }) => error.code,
    );

  test('R-DL-7 every way to the bytes says the same: URL token, bearer token, self-signed address, short address, blocks by stream id and by short token', async () => {
    await ensureStreamId(store.collections, 'package1');
    const streamId = (await store.collections.packages.findOne({ _id: 'package1' }))?.streamId ?? 0;
    await store.collections.tasks.updateOne({ _id: task._id }, { $set: { status, active: isActive(status) } });
    const bearer = await urls.mintAccess(task, 0);
    const open = await urls.mintOpenUrl(task, 0);
    const short = (await tokens.issue(task, 0)).token;
    const asker = { peer: 'peer', deviceId: null };
    const ways = async () => [
      await outcome(downloads.open(await tokenOf())),
      await outcome(downloads.openWithBearer(idOf(bearer.url), bearer.token)),
      await outcome(downloads.open(open.url.split('/d/')[1]?.split(/[/?]/)[0] ?? '')),
      await outcome(downloads.openShort(short)),
      (await downloads.block(task.deviceId, { streamId, fileId: 1, offset: 0, size: 1 })).kind,
      (await downloads.tokenBlock(short, asker, { offset: 0, length: 1 })).kind,
    ];
    const [had, refused] = [
      ['had', 'had', 'had', 'had', 'block', 'block'],
      ['DOWNLOAD_REFUSED', 'DOWNLOAD_REFUSED', 'DOWNLOAD_REFUSED', 'DOWNLOAD_REFUSED', 'unknown', 'refused'],
    ];
    expect(await ways()).toEqual(may ? had : refused);
    await store.collections.devices.updateOne({ _id: task.deviceId }, { $set: { enabled: false } });
    downloads.devicesShutOut([task.deviceId]);
    expect(await ways()).toEqual(refused);
    await store.collections.devices.deleteOne({ _id: task.deviceId });
    downloads.devicesShutOut([task.deviceId]);
    expect(await ways()).toEqual(refused);
  });
});

test('R-DL-7 the address of an earlier attempt is good while the next one waits, and not in another run of the task', async () => {
  const old = await tokenOf();
  const set = (fields: Partial<Task>) => store.collections.tasks.updateOne({ _id: task._id }, { $set: fields });
  await set({ attempt: 2, retryAt: new Date(), notifiedAt: null });
  await expect(downloads.open(old)).resolves.toBeDefined();
  await set({ attempt: 3, firstAttempt: 3, retryAt: null, status: 'NOTIFIED' });
  expect(await refusalOf(old)).toBe(ENDED);
});

test('R-DL-7 a running transfer ends at once with a task that ends in this process, and within a second of one that ends elsewhere', async () => {
  const began = async () => {
    const ended = new Promise<TransferEnd>((resolve) => {
      void downloads.open(token).then((download) => download.begin({ start: 0, end: 11 }, resolve));
    });
    return ended;
  };
  const token = await tokenOf();
  const here = began();
  const [there] = [createDownloadService({ ...parts(), settings })];
  const far = new Promise<TransferEnd>((resolve) => {
    void there.open(token).then((download) => download.begin({ start: 0, end: 11 }, resolve));
  });
  while ((await meterCount()) < 2) await delay(5);
  await store.collections.tasks.updateOne({ _id: task._id }, { $set: { status: 'CANCELED', active: false } });
  downloads.tasksEnded([task]);
  expect(await here).toBe('task_ended');
  expect(await far).toBe('task_ended');
  there.close();
});

test('R-DL-7 as many downloads at once as the settings say', async () => {
  const one = createDownloadService({ ...parts(), settings: settingsWith({ downloadsPerDevice: 1 }) });
  const download = await one.open(await tokenOf());
  const transfer = download.begin({ start: 0, end: 11 }, () => undefined);
  const again = async () => (await one.open(await tokenOf())).begin({ start: 0, end: 11 }, () => undefined);
  await expect(again()).rejects.toMatchObject({ code: 'DOWNLOAD_LIMIT', limit: '1' });
  transfer.end();
  (await again()).end();
  one.close();
});

test('R-DL-7 blocks of many devices at one moment are asked for in one read', async () => {
  await ensureStreamId(store.collections, 'package1');
  const streamId = (await store.collections.packages.findOne({ _id: 'package1' }))?.streamId ?? 0;
  const tasks = Array.from({ length: 50 }, () => aTask({ status: 'IN_PROGRESS' }));
  await insertTasks(store.collections, ...tasks);
  const all = () =>
    Promise.all(
      tasks.map(({ deviceId }) => downloads.block(deviceId, { streamId, fileId: 1, offset: 0, size: 1 }).then(({ kind }) => kind)),
    );
  expect(new Set(await all())).toEqual(new Set(['block']));
  clock.advance(1_000);
  const [tasksRead, packagesRead] = [jest.spyOn(store.collections.tasks, 'aggregate'), jest.spyOn(store.collections.packages, 'findOne')];
  await all();
  await all();
  expect([tasksRead.mock.calls.length, packagesRead.mock.calls.length]).toEqual([1, 0]);
  tasksRead.mockRestore();
  packagesRead.mockRestore();
});
