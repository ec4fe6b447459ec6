import { buffer } from 'node:stream/consumers';
import { createBlockReader } from '../../core/downloads/block-reader';
import { storeSource } from '../../core/downloads/block-source';
import type { TokenBlock } from '../../core/downloads/contract';
import { downloadSecret } from '../../core/downloads/download-secret';
import { createDownloadService } from '../../core/downloads/service';
import { createShortTokens } from '../../core/downloads/short-token';
import { createShortUrls } from '../../core/downloads/short-url';
import type { Task } from '../../schema/model/task/task';
import type { Store } from '../../schema/mongo/connect';
import { anAnsweredTask, aTask } from '../support/builders';
import { handClock, settingsWith } from '../support/core-parts';
import { type DownloadParts, downloadParts, insertTasks } from '../support/download-parts';
import { emptyStore, testStore } from '../support/store';

const HOUR_MS = 3_600_000;
const clock = handClock();
const settings = settingsWith();

let task: Task;
let store: Store;
let parts: DownloadParts;
beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  task = aTask({ status: 'NOTIFIED' });
  parts = await downloadParts(store.collections, { settings, clock, task });
});
afterEach(async () => {
  parts.downloads.close();
  await parts.meter.close();
  await emptyStore(store);
});
afterAll(() => store.close());

const change = (fields: Partial<Task>) => store.collections.tasks.updateOne({ _id: task._id }, { $set: fields });
const issue = async (of: Task = task) => (await parts.tokens.issue(of, 0)).token;
const refusalOf = (token: string) =>
  parts.downloads.openShort(token).then(
    () => 'no refusal',
    (error: Error & { code: string }) => error.code,
  );

/** As another process sees the same store. */
const anotherService = (onOpened?: (taskId: string, attempt: number) => Promise<void>) => {
  const reader = createBlockReader(storeSource(parts.files));
  const { urls, tokens, meter } = parts;
  return createDownloadService({
    ...{ collections: store.collections, urls, tokens, reader, blockReader: reader, meter, settings, clock },
    ...(onOpened && { onOpened }),
  });
};

const blockOf = async (token: string, offset = 0, length = 16, deviceId: string | null = null): Promise<TokenBlock> =>
  parts.downloads.tokenBlock(token, { peer: 'peer', deviceId }, { offset, length });
const kindOf = async (token: string, deviceId: string | null = null) => (await blockOf(token, 0, 16, deviceId)).kind;

describe('R-DL-4 a short token', () => {
  test('R-DL-4 has 22 characters and opens one file, by range and by block', async () => {
    const token = await issue();
    expect(token).toMatch(/^[\w-]{22}$/);
    const download = await parts.downloads.openShort(token);
    expect(download).toMatchObject({ taskId: task._id, name: 'fw.bin', size: 12, sha256: '0'.repeat(64) });
    const { pieces, end } = download.begin({ start: 4, end: 7 }, () => undefined);
    expect((await buffer(pieces)).toString()).toBe('ware');
    end();
    expect(await blockOf(token, 4, 4)).toEqual({
      kind: 'block',
      bytes: Buffer.from('ware'),
      size: 12,
      etag: Buffer.alloc(8),
      deviceId: expect.any(String),
    });
    expect(await blockOf(token, 8, 16)).toMatchObject({ bytes: Buffer.from(' 2.0') });
    expect(await blockOf(token, 12, 16)).toEqual({ kind: 'beyond', size: 12 });
  });

  test('R-DL-4 is the same whenever, and in whichever process, it is issued for an attempt, and kept once', async () => {
    const secret = await downloadSecret(store.collections);
    const another = createShortTokens({ downloadTokens: store.collections.downloadTokens, settings, secret, clock });
    const issued = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? another : parts.tokens).issue(task, 0)));
    expect(new Set(issued.map(({ token }) => token)).size).toBe(1);
    expect(await store.collections.downloadTokens.countDocuments()).toBe(1);
  });

  test('R-DL-4 is another for another attempt, file, task or identity of the device', async () => {
    const others = [
      { ...task, attempt: 2 },
      { ...task, _id: `${task._id}2` },
      { ...task, grant: 'renewed' },
    ];
    const issued = await Promise.all([...others.map((of) => parts.tokens.issue(of, 0)), parts.tokens.issue(task, 1)]);
    expect(new Set([await issue(), ...issued.map(({ token }) => token)]).size).toBe(5);
  });

  test('R-DL-4 is in the store by its hash only', async () => {
    const token = await issue();
    expect(JSON.stringify(await store.collections.downloadTokens.find({}).toArray())).not.toContain(token);
  });

  test('R-DL-4 R-DL-1 is good for 24 hours from the last time it was issued, and then refused', async () => {
    const token = await issue();
    clock.advance(23 * HOUR_MS);
    expect([await refusalOf(token), await kindOf(token)]).toEqual(['no refusal', 'block']);
    await issue();
    clock.advance(24 * HOUR_MS - 1);
    expect([await refusalOf(token), await kindOf(token)]).toEqual(['no refusal', 'block']);
    clock.advance(1);
    expect([await refusalOf(token), await kindOf(token)]).toEqual(['DOWNLOAD_REFUSED', 'refused']);
  });

  test.each(['', 'garbage', 'A'.repeat(21), 'A'.repeat(22), 'A'.repeat(23), '!'.repeat(22), `${'A'.repeat(21)}\n`])(
    'R-DL-4 that was never issued is unknown: %j',
    async (token) => {
      expect([await refusalOf(token), await kindOf(token)]).toEqual(['NOT_FOUND', 'unknown']);
    },
  );

  test('R-DL-4 of a signed address is none, and none of these is a signed one', async () => {
    const signed = (await parts.urls.mintUrl(task, 0, 'fw.bin')).split('/d/')[1] ?? '';
    expect(await refusalOf(signed)).toBe('NOT_FOUND');
    await expect(parts.downloads.open(await issue())).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' });
  });

  test.each(['SUCCEEDED', 'FAILED', 'CANCELED'] as const)('R-DL-4 R-DL-5 is dead once its task is %s', async (status) => {
    const token = await issue();
    expect(await kindOf(token)).toBe('block');
    await change({ status, active: false });
    parts.downloads.tasksEnded([task]);
    expect([await refusalOf(token), await kindOf(token)]).toEqual(['DOWNLOAD_REFUSED', 'refused']);
  });

  test('R-DL-4 R-DL-5 is dead once its task is gone, or its device is another by now', async () => {
    const token = await issue();
    await store.collections.devices.updateOne({ _id: task.deviceId }, { $set: { generations: { secret: 'renewed' } } });
    expect([await refusalOf(token), await kindOf(token)]).toEqual(['DOWNLOAD_REFUSED', 'refused']);
    await store.collections.tasks.deleteOne({ _id: task._id });
    parts.downloads.tasksEnded([task]);
    expect([await refusalOf(token), await kindOf(token)]).toEqual(['DOWNLOAD_REFUSED', 'refused']);
  });

  test('R-DL-4 of an earlier attempt is good while the next one waits, and not in another run of the task', async () => {
    const token = await issue();
    await change({ attempt: 2, retryAt: new Date() });
    expect([await refusalOf(token), await kindOf(token)]).toEqual(['no refusal', 'block']);
    await change({ attempt: 3, firstAttempt: 3 });
    parts.downloads.tasksEnded([task]);
    expect([await refusalOf(token), await kindOf(token)]).toEqual(['DOWNLOAD_REFUSED', 'refused']);
  });
});

describe('R-DL-4 blocks by a short token', () => {
  test("R-DL-4 are not for another device's key, and for anybody without one", async () => {
    const token = await issue();
    expect(await kindOf(token, task.deviceId)).toBe('block');
    expect(await kindOf(token, 'another.device')).toBe('refused');
    expect(await kindOf(token)).toBe('block');
  });

  test('R-DL-4 R-DL-1 are counted on the task', async () => {
    const token = await issue();
    await Promise.all([blockOf(token, 0, 4), blockOf(token, 4, 4), blockOf(token, 8, 16)]);
    await parts.meter.flush();
    expect((await store.collections.tasks.findOne({ _id: task._id }))?.download).toMatchObject({ bytesServed: 12, requests: 3 });
  });

  test('R-DL-4 R-FLOW-2 the first one of the present attempt is told of, before a byte leaves; others are not', async () => {
    const opened: [string, number][] = [];
    const telling = anotherService(async (taskId, attempt) => {
      opened.push([taskId, attempt]);
      await store.collections.tasks.updateOne({ _id: taskId }, { $set: { 'negotiation.openedAt': clock() } });
    });
    const answered = anAnsweredTask({ attempt: 2, packageId: task.packageId });
    await insertTasks(store.collections, answered);
    const [stale, present] = await Promise.all([issue({ ...answered, attempt: 1 }), issue(answered)]);
    const ask = (token: string) => telling.tokenBlock(token, { peer: 'peer', deviceId: null }, { offset: 0, length: 16 });
    await ask(stale);
    expect(opened).toEqual([]);
    await Promise.all([ask(present), ask(present)]);
    await ask(present);
    telling.devicesShutOut([answered.deviceId]);
    await ask(present);
    expect(opened).toEqual([[answered._id, 2]]);
  });

  test('R-DL-7 cost one read of the store for many: hundreds of devices at one moment are looked up together', async () => {
    const tasks = Array.from({ length: 200 }, () => aTask({ status: 'IN_PROGRESS' }));
    await insertTasks(store.collections, ...tasks);
    const issued = await Promise.all(tasks.map((of) => issue(of)));
    const all = async () => new Set(await Promise.all(issued.map((token) => kindOf(token))));
    const [tokensRead, tasksRead] = [
      jest.spyOn(store.collections.downloadTokens, 'find'),
      jest.spyOn(store.collections.tasks, 'aggregate'),
    ];
    expect(await all()).toEqual(new Set(['block']));
    expect([tokensRead.mock.calls.length, tasksRead.mock.calls.length]).toEqual([1, 1]);
    tokensRead.mockRestore();
    tasksRead.mockRestore();
  });
});

describe('R-DL-4 a short address', () => {
  const baseUrls = {
    publicBaseUrl: 'https://fw.example',
    coapBaseUrls: { coap: 'coap://fw.example:5683', coaps: 'coaps://fw.example:5684' },
  };

  test('R-DL-4 has the same token for every scheme that there is', async () => {
    const urls = createShortUrls({ tokens: parts.tokens, settings: baseUrls });
    expect(urls.schemes).toEqual(['coap', 'coaps', 'https']);
    const minted = await Promise.all(urls.schemes.map(async (scheme) => (await urls.mint(task, 0, scheme)).url));
    const token = await issue();
    expect(minted).toEqual([`coap://fw.example:5683/f/${token}`, `coaps://fw.example:5684/f/${token}`, `https://fw.example/f/${token}`]);
    await expect(urls.mint(task, 0, 'http')).rejects.toThrow('no download addresses with http://');
  });

  test('R-DL-4 has at most 255 characters: a scheme whose base is longer is not offered', async () => {
    const base = (length: number) => `http://${'h'.repeat(length - 7)}`;
    const fits = createShortUrls({ tokens: parts.tokens, settings: { publicBaseUrl: base(230) } });
    expect((await fits.mint(task, 0, 'http')).url).toHaveLength(255);
    expect(createShortUrls({ tokens: parts.tokens, settings: { publicBaseUrl: base(231) } }).schemes).toEqual([]);
  });
});
