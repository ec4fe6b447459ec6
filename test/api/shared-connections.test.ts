import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Download, TransferEnd } from '../../core/downloads/contract';
import { downloadSecret } from '../../core/downloads/download-secret';
import { createDownloadUrls, type DownloadUrls } from '../../core/downloads/download-token';
import { aDevice, aPackage, aTask } from '../support/builders';
import { operator, settingsWith } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

const SIZE = 1_000_000;

let api: TestApi;
let urls: DownloadUrls;
/** As a proxy or a pool has it: one connection for everybody. */
let agent: Agent;
beforeAll(async () => {
  api = await startTestApi();
  urls = createDownloadUrls({ settings: settingsWith(), secret: await downloadSecret(api.store.collections), clock: () => new Date() });
  await api.files.put('one', Readable.from([Buffer.alloc(SIZE, 7)], { objectMode: false }));
  const file = { fileId: 'one', name: 'one.bin', size: SIZE, md5: '0'.repeat(32), sha256: 'd'.repeat(64) };
  await api.store.collections.packages.insertOne(aPackage({ _id: 'one', version: '9.0.2', files: [file] }));
});
beforeEach(() => {
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(() => agent.destroy());
afterAll(() => api.stop());

async function ask(path: string, { body, ...options }: RequestOptions & { body?: string } = {}) {
  const sent = httpRequest(`${api.url}${path}`, { agent, ...options })
    .on('error', () => undefined)
    .end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return {
    ...{ status: response.statusCode, connection: response.headers.connection, isReused: sent.reusedSocket },
    length: (await buffer(response)).length,
  };
}

const somebodyElse = () =>
  ask('/graphql', {
    ...{ method: 'POST', body: JSON.stringify({ query: '{ __typename }' }) },
    headers: { authorization: `Bearer ${api.keys.operator}`, 'content-type': 'application/json' },
  });

async function notified() {
  const task = aTask({ status: 'NOTIFIED', packageId: 'one' });
  await api.store.collections.devices.insertOne(aDevice(task));
  await api.store.collections.tasks.insertOne(task);
  return { deviceId: task.deviceId, path: new URL(await urls.mintUrl(task, 0, 'fw.bin')).pathname };
}

test.each<[string, number, string]>([
  ['a whole file is the last on its connection', SIZE, 'close'],
  ['a range just over what goes on as well', 64 * 1024 + 1, 'close'],
  ['after a small range it goes on', 64 * 1024, 'keep-alive'],
])('R-DL-7 whoever is next on a connection is never reset by the end of a download that is over: %s', async (_name, length, connection) => {
  for (let round = 0; round < 40; round += 1) {
    const { deviceId, path } = await notified();
    const taken = await ask(path, { headers: { Range: `bytes=0-${length - 1}` } });
    expect(taken).toMatchObject({ status: 206, connection, length });
    const shutOut = api.core.devices.setEnabled(operator, [deviceId], false);
    // At every moment around the end.
    await delay(round % 8);
    expect(await somebodyElse()).toMatchObject({ status: 200, isReused: connection === 'keep-alive' });
    await shutOut;
  }
});

test('R-SAFE-3 an idle connection is kept longer than proxies keep theirs, so that none sends a request over one that has just ended', async () => {
  const sent = httpRequest(`${api.url}/healthz`, { agent }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  expect(response.headers['keep-alive']).toBe('timeout=75');
});

/** A file of ten bytes: these, and then what `then` waits for. */
function holding(then: () => Promise<unknown>, first = 10) {
  const stops: ((reason: TransferEnd) => void)[] = [];
  const file: Download = {
    ...{ taskId: 'any', name: 'fw.bin', size: 10, sha256: 'c'.repeat(64), createdAt: new Date() },
    begin(_range, stop) {
      stops.push(stop);
      const pieces = async function* () {
        if (first > 0) yield Buffer.alloc(first);
        await then();
      };
      return { pieces: pieces(), served: () => undefined, sent: () => undefined, end: () => undefined };
    },
  };
  return { stops, open: jest.spyOn(api.core.downloads, 'open').mockResolvedValue(file) };
}

const counted = async (name: string, labels: object) =>
  (await api.registry.getSingleMetric(name)?.get())?.values.find((each) => expect.objectContaining(labels).asymmetricMatch(each.labels))
    ?.value ?? 0;

test('R-DL-7 a download whose last byte has left is over, whatever this process has yet to do about it', async () => {
  const { stops, open } = holding(() => new Promise(() => undefined));
  expect(await ask('/d/any')).toMatchObject({ status: 200, length: 10 });
  open.mockRestore();
  for (const stop of stops) stop('task_ended');
  expect(await somebodyElse()).toMatchObject({ status: 200, isReused: true });
  expect(await counted('updraft_downloads_cut_total', { reason: 'task_ended' })).toBe(0);
});

test('R-DL-7 a download that is refused for the connections of its address is counted as refused', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { stops, open } = holding(() => released, 0);
  const busy = Array.from({ length: 8 }, () => ask('/d/any', { agent: false }).catch(() => 'cut'));
  while (stops.length < 8) await delay(5);
  expect(await ask('/d/any')).toMatchObject({ status: 429 });
  expect(await counted('updraft_downloads_refused_total', { status: 429 })).toBe(1);
  release();
  expect(await Promise.all(busy)).toEqual(Array(8).fill('cut'));
  while (api.logged.length < 8) await delay(5);
  expect(api.logged.splice(0)).toHaveLength(8);
  open.mockRestore();
});

test('R-DL-7 a request that was sent behind a whole file on its connection is not answered, and leaves no transfer', async () => {
  const [first, second] = [await notified(), await notified()];
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.write([first, second].map(({ path }) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
  const answer = (await buffer(socket)).toString('latin1');
  expect(answer.split('HTTP/1.1 200 OK')).toHaveLength(2);
  expect(answer.length).toBeGreaterThan(SIZE);
  while ((await counted('updraft_downloads_running', {})) > 0) await delay(5);
});
