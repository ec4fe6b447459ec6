import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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
import { settingsWith } from '../support/core-parts';
import { downloadAsCSdk, requestOf } from '../support/devices/download/c-sdk-download';
import { startTestApi, type TestApi } from './support/test-api';

const FIXTURES = join(__dirname, '../gateway/fixtures');
const CERT = readFileSync(join(FIXTURES, 'localhost-cert.pem'));
const KEY = readFileSync(join(FIXTURES, 'localhost-key.pem'));
const FILE = randomBytes(1_300_000);

describe.each([
  ['HTTP', undefined],
  ['HTTPS', { cert: CERT, key: KEY }],
])('R-DL-1 a device on the C SDK, over %s', (_scheme, tls) => {
  let api: TestApi;
  let urls: DownloadUrls;
  let task: Task;
  beforeAll(async () => {
    api = await startTestApi({ tls });
    await api.files.put('file1', Readable.from([FILE], { objectMode: false }));
    const sha256 = createHash('sha256').update(FILE).digest('hex');
    const file = { fileId: 'file1', name: 'fw 2.0.bin', size: FILE.length, md5: '0'.repeat(32), sha256 };
    await api.store.collections.packages.insertOne(aPackage({ files: [file] }));
    urls = createDownloadUrls({
      settings: { ...settingsWith(), publicBaseUrl: api.url },
      secret: await downloadSecret(api.store.collections),
      clock: () => new Date(),
    });
  });
  beforeEach(async () => {
    task = aTask({ status: 'NOTIFIED' });
    await api.store.collections.devices.insertOne(aDevice(task));
    await api.store.collections.tasks.insertOne(task);
  });
  afterAll(() => api.stop());

  const ca = CERT.toString();
  const counted = async (name: string, reason?: string): Promise<number> => {
    const metric = await api.registry.getSingleMetric(`updraft_http_${name}_total`)?.get();
    return (metric?.values ?? []).filter(({ labels }) => !reason || labels.reason === reason).reduce((sum, { value }) => sum + value, 0);
  };
  async function open(): Promise<Socket> {
    const { hostname: host, port } = new URL(api.url);
    const socket = tls ? connectTls({ host, port: Number(port), rejectUnauthorized: false }) : connect(Number(port), host);
    await once(socket, tls ? 'secureConnect' : 'connect');
    return socket;
  }
  async function say(text: string): Promise<string> {
    const socket = await open();
    socket.write(text);
    return (await buffer(socket)).toString('latin1');
  }

  test('R-DL-1 downloads with its token, from the address of the notification', async () => {
    const { url, token } = await urls.mintAccess(task, 0);
    const before = await counted('bare_lf');
    const { fileName, bytes } = await downloadAsCSdk({ url, token, ca });
    expect(fileName).toBe('fw_2.0.bin');
    expect(bytes.equals(FILE)).toBe(true);
    expect(await counted('bare_lf')).toBe(before + 1);
    expect(await counted('unreadable')).toBe(0);
  });

  test('R-DL-1 downloads in its v2 without a token: the address has a `?` and a short name before it', async () => {
    const { url } = await urls.mintOpenUrl(task, 0);
    const { bytes } = await downloadAsCSdk({ url, token: null, ca });
    expect(bytes.equals(FILE)).toBe(true);
  });

  test('R-DL-1 R-DL-5 R-DL-7 is refused as any other is, with a word', async () => {
    const { url, token } = await urls.mintAccess(task, 0);
    await expect(downloadAsCSdk({ url, token: 'x'.repeat(64), ca })).rejects.toThrow('the statusCode is 401');
    await api.store.collections.tasks.updateOne({ _id: task._id }, { $set: { status: 'CANCELED', active: false } });
    await expect(downloadAsCSdk({ url, token, ca })).rejects.toThrow('the statusCode is 403');
    expect(await say(requestOf({ url, token }))).toMatch(
      /^HTTP\/1\.1 403 Forbidden\r\n(.+\r\n)*Connection: close\r\n(.+\r\n)*\r\nDOWNLOAD_REFUSED: /,
    );
  });

  test('R-DL-1 may send its head in pieces, as long as the first has its first line', async () => {
    const request = requestOf(await urls.mintAccess(task, 0));
    const socket = await open();
    const answer = buffer(socket);
    for (const piece of request.split(/(?<=\n)/)) {
      socket.write(piece);
      await delay(5);
    }
    expect((await answer).subarray(-FILE.length).equals(FILE)).toBe(true);
  });

  test('R-DL-1 its connection carries one request, and what comes behind it is nobody else’s', async () => {
    const { url, token } = await urls.mintAccess(task, 0);
    const request = requestOf({ url, token });
    expect(await say(`${request}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    const socket = await open();
    socket.write(request);
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece)).on('error', () => undefined);
    await once(socket, 'close');
    expect(
      Buffer.concat(pieces)
        .toString('latin1')
        .match(/HTTP\/1\.1 /g),
    ).toHaveLength(1);
  });

  test.each([
    ['another address', 'GET /healthz HTTP/1.1\nHost: x\n\n'],
    ['GraphQL', 'POST /graphql HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}'],
    ['a body', 'GET /f/x HTTP/1.1\nHost: x\nContent-Length: 5\n\nhello'],
    ['no HTTP', '\u0001\u0002\u0003\r\n\r\n'],
  ])('R-DL-1 bare LF opens nothing else: %s is 400, counted and in the log without what was sent', async (_name, text) => {
    const before = await counted('unreadable', 'malformed');
    expect(await say(text)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(await counted('unreadable', 'malformed')).toBe(before + 1);
    expect(api.warned.filter((each) => (each as { reason?: string }).reason === 'malformed').length).toBeLessThanOrEqual(1);
    expect(JSON.stringify(api.warned)).not.toContain('hello');
  });

  test('R-DL-1 a head that is too long is 431, and counted as that', async () => {
    expect(await say(`GET /f/x HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await counted('unreadable', 'header_too_large')).toBe(1);
  });

  if (tls)
    test('R-DL-1 what is no TLS is counted', async () => {
      const { hostname, port } = new URL(api.url);
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.end('GET / HTTP/1.1\r\n\r\n');
      while ((await counted('unreadable', 'tls')) === 0) await delay(5);
      socket.destroy();
    });
});
