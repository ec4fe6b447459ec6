import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { downloadSecret } from '../../core/downloads/download-secret';
import { createDownloadUrls, type DownloadUrls } from '../../core/downloads/download-token';
import type { Task } from '../../schema/model/task/task';
import { aDevice, aPackage, aTask } from '../support/builders';
import { operator, settingsWith } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let urls: DownloadUrls;
let task: Task;
beforeAll(async () => {
  api = await startTestApi();
  urls = createDownloadUrls({ settings: settingsWith(), secret: await downloadSecret(api.store.collections), clock: () => new Date() });
});
beforeEach(async () => {
  task = await notified();
});
afterAll(() => api.stop());

/** A task whose device, which is there and enabled, was notified. */
async function notified(): Promise<Task> {
  const made = aTask({ status: 'NOTIFIED', packageId: 'sixty' });
  await api.store.collections.devices.insertOne(aDevice(made));
  await api.store.collections.tasks.insertOne(made);
  return made;
}

async function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET') {
  const sent = httpRequest(`${api.url}${path}`, { method, headers }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}

const pathOf = async (of = task) => new URL(await urls.mintUrl(of, 0, 'fw.bin')).pathname;

/** Begins to read a file and goes on only when told to: the rest of it stays where it is. */
async function slowly(
  path: string,
  headers: OutgoingHttpHeaders = {},
): Promise<{ status: number; rest(): Promise<'whole' | 'cut'>; close(): void }> {
  const sent = httpRequest(`${api.url}${path}`, { headers, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  // Node tells a reset to the request, too, although its response is here.
  for (const each of [sent, response]) each.on('error', () => undefined);
  return {
    status: response.statusCode ?? 0,
    rest: () =>
      buffer(response).then(
        () => (response.complete ? 'whole' : 'cut'),
        () => 'cut',
      ),
    close: () => void response.destroy(),
  };
}

describe('R-DL-7 transfers that run', () => {
  /** More than sockets hold. */
  const LARGE = 60 * 1024 * 1024;
  beforeAll(async () => {
    await api.files.put('large', Readable.from([Buffer.alloc(LARGE, 7)], { objectMode: false }));
    const file = { fileId: 'large', name: 'large.bin', size: LARGE, md5: '0'.repeat(32), sha256: 'f'.repeat(64) };
    await api.store.collections.packages.insertOne(aPackage({ _id: 'sixty', version: '9.0.0', files: [file] }));
  });
  const counted = async (name: string) =>
    ((await api.registry.getSingleMetric(`updraft_downloads_${name}`)?.get())?.values ?? []).reduce((sum, { value }) => sum + value, 0);

  test.each<[string, () => Promise<unknown>]>([
    ['its device is deleted', () => api.core.devices.delete(operator, [task.deviceId])],
    ['its device is disabled', () => api.core.devices.setEnabled(operator, [task.deviceId], false)],
    [
      'its task is ended elsewhere',
      () => api.store.collections.tasks.updateOne({ _id: task._id }, { $set: { status: 'FAILED', active: false } }),
    ],
    [
      'its bearer is disabled elsewhere',
      () => api.store.collections.devices.updateOne({ _id: task.deviceId }, { $set: { enabled: false } }),
    ],
  ])('R-DL-7 one is cut before its end when %s, and counted', async (_name, end) => {
    const { url, token } = await urls.mintAccess(task, 0);
    const before = await counted('cut_total');
    const running = [
      await slowly(await pathOf()),
      await slowly(new URL(url).pathname, { authorization: `Bearer ${token}`, Range: 'bytes=7-' }),
    ];
    expect(running.map(({ status }) => status)).toEqual([200, 206]);
    await end();
    while ((await counted('cut_total')) < before + 2) await delay(5);
    expect(await Promise.all(running.map(({ rest }) => rest()))).toEqual(['cut', 'cut']);
    while ((await counted('running')) > 0) await delay(5);
    expect((await ask(await pathOf(), { Range: 'bytes=0-9' })).status).toBe(403);
  });

  test('R-DL-7 a third of one device is 429 with a word and a time, before a byte; HEAD and what has no bytes are none', async () => {
    const path = await pathOf();
    // Time stands still: else one that does so for three seconds would give way.
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    const running = [await slowly(path), await slowly(path)];
    const { status, headers, body } = await ask(path, { Range: 'bytes=0-9' });
    expect([status, headers['retry-after'], headers['content-type']]).toEqual([429, '3', 'text/plain; charset=utf-8']);
    expect(body.toString()).toBe('DOWNLOAD_LIMIT: 2 downloads of this device are running already.\n');
    expect((await ask(path, {}, 'HEAD')).status).toBe(200);
    expect((await ask(path, { Range: 'bytes=999999999-' })).status).toBe(416);
    const others = await notified();
    expect((await ask(await pathOf(others), { Range: 'bytes=0-9' })).status).toBe(206);
    clock.mockRestore();
    for (const { close } of running) close();
    while ((await counted('running')) > 0) await delay(5);
    expect((await ask(path, { Range: 'bytes=0-9' })).status).toBe(206);
  });

  test('R-DL-7 a device that lost its connections without a word has the file all the same', async () => {
    const path = await pathOf();
    const lost = [await slowly(path), await slowly(path)];
    let answer = await ask(path, { Range: 'bytes=0-9' });
    while (answer.status === 429) {
      await delay(100);
      answer = await ask(path, { Range: 'bytes=0-9' });
    }
    expect(answer.status).toBe(206);
    expect((await Promise.all(lost.map(({ rest }) => rest()))).sort()).toEqual(['cut', 'whole']);
  });
});

describe('R-DL-7 a transfer that has left this process and not arrived', () => {
  /** Less than the sockets hold. */
  const SIZE = 1_500_000;
  const fixture = (name: string) => readFileSync(join(__dirname, '../gateway/fixtures', name));
  const tls = { cert: fixture('localhost-cert.pem'), key: fixture('localhost-key.pem') };

  /** Asks and reads nothing until it is told to. */
  async function sleeper(of: TestApi, path: string, connection: string): Promise<Socket> {
    const { port, protocol } = new URL(of.url);
    const at = { port: Number(port), host: '127.0.0.1' };
    const socket = protocol === 'https:' ? connectTls({ ...at, rejectUnauthorized: false }) : connect(at);
    socket.on('error', () => undefined);
    await once(socket, protocol === 'https:' ? 'secureConnect' : 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\n\r\n`);
    return socket;
  }

  async function read(socket: Socket): Promise<number> {
    let bytes = 0;
    socket.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    if (!socket.closed) await new Promise((resolve) => socket.on('close', resolve).on('end', () => socket.end()));
    return bytes;
  }

  test.each<[string, string, boolean]>([
    ['whose connection goes on', 'keep-alive', false],
    ['whose connection ends with it', 'close', false],
    ['over TLS', 'keep-alive', true],
    ['over TLS whose connection ends with it', 'close', true],
  ])('R-DL-7 one %s is reset when its device is disabled, and one that nobody ends arrives whole', async (_name, connection, isTls) => {
    const own = await startTestApi(isTls ? { tls } : {});
    try {
      await own.files.put('some', Readable.from([Buffer.alloc(SIZE, 7)], { objectMode: false }));
      const file = { fileId: 'some', name: 'some.bin', size: SIZE, md5: '0'.repeat(32), sha256: 'e'.repeat(64) };
      const packageId = `some-${connection}-${isTls}`;
      await own.store.collections.packages.insertOne(aPackage({ _id: packageId, version: '9.0.1', files: [file] }));
      const begin = async () => {
        const made = aTask({ status: 'NOTIFIED', packageId });
        await own.store.collections.devices.insertOne(aDevice(made));
        await own.store.collections.tasks.insertOne(made);
        const minted = createDownloadUrls({
          settings: settingsWith(),
          secret: await downloadSecret(own.store.collections),
          clock: () => new Date(),
        });
        return { made, socket: await sleeper(own, new URL(await minted.mintUrl(made, 0, 'fw.bin')).pathname, connection) };
      };
      let ended = 0;
      const open = own.core.downloads.open;
      jest.spyOn(own.core.downloads, 'open').mockImplementation(async (token) => {
        const file = await open(token);
        const begun: typeof file.begin = (range, stop) => {
          const transfer = file.begin(range, stop);
          let served = 0;
          return {
            ...transfer,
            served(bytes) {
              transfer.served(bytes);
              served += bytes;
              if (served === SIZE) ended += 1;
            },
          };
        };
        return { ...file, begin: begun };
      });
      const [cut, kept] = [await begin(), await begin()];
      while (ended < 2) await delay(5);
      await own.core.devices.setEnabled(operator, [cut.made.deviceId], false);
      expect(await read(cut.socket)).toBeLessThan(SIZE);
      if (connection === 'keep-alive') setTimeout(() => kept.socket.end(), 1_000);
      expect(await read(kept.socket)).toBeGreaterThan(SIZE);
    } finally {
      await own.stop();
    }
  });
});
