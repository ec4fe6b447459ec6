import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { API_LIMITS } from '../../api/limits';
import { downloadSecret } from '../../core/downloads/download-secret';
import { createDownloadUrls, type DownloadUrls } from '../../core/downloads/download-token';
import type { Task } from '../../schema/model/task/task';
import { aDevice, aPackage, aTask } from '../support/builders';
import { settingsWith } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

const SIZE = 1024 * 1024;
const DOWNLOADS = 4;
let api: TestApi;
let urls: DownloadUrls;
const sockets: Socket[] = [];
beforeAll(async () => {
  api = await startTestApi({ limits: { downloads: DOWNLOADS } });
  urls = createDownloadUrls({ settings: settingsWith(), secret: await downloadSecret(api.store.collections), clock: () => new Date() });
  await api.files.put('small', Readable.from([Buffer.alloc(SIZE, 7)], { objectMode: false }));
  await api.files.put('large', Readable.from([Buffer.alloc(60 * SIZE, 7)], { objectMode: false }));
  const file = { name: 'fw.bin', md5: '0'.repeat(32), sha256: 'f'.repeat(64) };
  await api.store.collections.packages.insertMany([
    aPackage({ _id: 'one', version: '1.0.0', files: [{ ...file, fileId: 'small', size: SIZE }] }),
    aPackage({ _id: 'sixty', version: '2.0.0', files: [{ ...file, fileId: 'large', size: 60 * SIZE }] }),
  ]);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => api.stop());

async function pathOfNew(packageId: string): Promise<string> {
  const task: Task = aTask({ status: 'NOTIFIED', packageId });
  await api.store.collections.devices.insertOne(aDevice(task));
  await api.store.collections.tasks.insertOne(task);
  return new URL(await urls.mintUrl(task, 0, 'fw.bin')).pathname;
}

/** Asks, and reads no more than the status. */
async function ask(path: string, range = ''): Promise<{ socket: Socket; status: number; closed: () => boolean }> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let closed = false;
  socket
    .on('error', () => undefined)
    .once('close', () => {
      closed = true;
    });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n${range && `Range: ${range}\r\n`}\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  return { socket, status: Number(first.toString('latin1', 9, 12)), closed: () => closed };
}
const counted = async (name: string) =>
  ((await api.registry.getSingleMetric(name)?.get())?.values ?? []).reduce((sum, { value }) => sum + value, 0);

test('R-SAFE-3 one token holds no more connections than a few, though each was sent all that it asked for and none is read', async () => {
  const path = await pathOfNew('one');
  const readers = [];
  for (let n = 0; n < 30; n += 1) readers.push(await ask(path, 'bytes=0-65535'));
  for (const { socket } of readers) socket.resume();
  while (readers.filter(({ closed }) => closed()).length < 22) await delay(5);
  expect(await counted('updraft_http_closed_total')).toBeGreaterThanOrEqual(22);
  expect((await ask(path, 'bytes=0-0')).status).toBe(206);
});

test('R-SAFE-3 as many downloads run as may, of whatever devices: the next waits for room, and the API goes on', async () => {
  // Longer than this test may take.
  const waitsFor = jest.replaceProperty(API_LIMITS as { downloadWaitMs: number }, 'downloadWaitMs', 600_000);
  const running = [];
  for (let n = 0; n < DOWNLOADS; n += 1) running.push(await ask(await pathOfNew('sixty')));
  expect(running.map(({ status }) => status)).toEqual(Array(DOWNLOADS).fill(200));
  const path = await pathOfNew('sixty');
  const waits = ask(path);
  expect((await ask(await pathOfNew('sixty'), 'bytes=9999999999-')).status).toBe(416);
  expect((await api.ask('{ viewer { name } }')).errors).toBeUndefined();
  const [first] = running;
  first?.socket.destroy();
  expect((await waits).status).toBe(200);
  waitsFor.restore();
});

test('R-SAFE-3 two hundred that read nothing of one download, one after the other, are two', async () => {
  const path = await pathOfNew('sixty');
  const readers = [];
  for (let n = 0; n < 200; n += 1) readers.push(await ask(path));
  // One that has stood still for three seconds gives way to another, and is counted until it has ended.
  while ((await counted('updraft_downloads_running')) > 2) await delay(5);
  expect(await counted('updraft_downloads_running')).toBe(2);
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
});
