import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Download } from '../../core/downloads/contract';
import { downloadSecret } from '../../core/downloads/download-secret';
import { createDownloadUrls, type DownloadUrls } from '../../core/downloads/download-token';
import { createShortTokens } from '../../core/downloads/short-token';
import type { Task } from '../../schema/model/task/task';
import { aDevice, aPackage, aTask } from '../support/builders';
import { handClock, settingsWith } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

const FILE = randomBytes(1_300_000);
const SHA256 = createHash('sha256').update(FILE).digest('hex');
const clock = handClock();

let api: TestApi;
let urls: DownloadUrls;
let task: Task;
beforeAll(async () => {
  api = await startTestApi();
  await api.files.put('file1', Readable.from([FILE], { objectMode: false }));
  const file = { fileId: 'file1', name: 'f w"ü.bin', size: FILE.length, md5: '0'.repeat(32), sha256: SHA256 };
  await api.store.collections.packages.insertOne(aPackage({ files: [file], createdAt: new Date('2026-01-01T00:00:00.500Z') }));
  urls = createDownloadUrls({ settings: settingsWith(), secret: await downloadSecret(api.store.collections), clock });
});
beforeEach(async () => {
  task = await notified();
});
afterAll(() => api.stop());

/** A task whose device, which is there and enabled, was notified. */
async function notified(): Promise<Task> {
  const made = aTask({ status: 'NOTIFIED' });
  await api.store.collections.devices.insertOne(aDevice(made));
  await api.store.collections.tasks.insertOne(made);
  return made;
}

interface Answered {
  status: number;
  raw: string[];
  headers: IncomingMessage['headers'];
  body: Buffer;
}

async function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answered> {
  const sent = httpRequest(`${api.url}${path}`, { method, headers }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  sent.on('error', () => undefined);
  return { status: response.statusCode ?? 0, raw: response.rawHeaders, headers: response.headers, body: await buffer(response) };
}

const pathOf = async (of = task) => new URL(await urls.mintUrl(of, 0, 'fw.bin')).pathname;

test('R-DL-1 R-DL-2 a whole file: its length, its tag and a name without quotes, in the letters that devices compare', async () => {
  const { status, raw, headers, body } = await ask(await pathOf());
  expect(status).toBe(200);
  expect(body.equals(FILE)).toBe(true);
  expect(raw).toEqual(
    expect.arrayContaining(['Content-Length', String(FILE.length), 'ETag', `"${SHA256}"`, 'Accept-Ranges', 'Last-Modified']),
  );
  expect(headers['content-disposition']).toBe('attachment;filename=f_w__.bin');
  expect(headers['last-modified']).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
  expect(headers).not.toHaveProperty('transfer-encoding');
  expect(headers).not.toHaveProperty('content-encoding');
});

test.each([
  ['single', 'bytes=10-19', 10, 19],
  ['open', 'bytes=524280-', 524_280, FILE.length - 1],
  ['from the start', 'bytes=0-', 0, FILE.length - 1],
  ['suffix', 'bytes=-7', FILE.length - 7, FILE.length - 1],
])('R-DL-2 a range, %s: 206 with the length of the remainder', async (_name, range, start, end) => {
  const { status, raw, body } = await ask(await pathOf(), { Range: range });
  expect(status).toBe(206);
  expect(raw).toEqual(
    expect.arrayContaining(['Content-Range', `bytes ${start}-${end}/${FILE.length}`, 'Content-Length', String(end - start + 1)]),
  );
  expect(body.equals(FILE.subarray(start, end + 1))).toBe(true);
});

test('R-DL-2 a range beyond the end: 416 that names the size', async () => {
  const { status, headers } = await ask(await pathOf(), { Range: 'bytes=999999999-' });
  expect([status, headers['content-range']]).toEqual([416, `bytes */${FILE.length}`]);
});

test.each<[string, OutgoingHttpHeaders, number]>([
  ['If-Match with another tag', { 'If-Match': '"other"', Range: 'bytes=5-' }, 412],
  ['If-Match with this one', { 'If-Match': `"${SHA256}"`, Range: 'bytes=5-' }, 206],
  ['If-None-Match with this one', { 'If-None-Match': `"${SHA256}"` }, 304],
  ['If-Range with this one', { 'If-Range': `"${SHA256}"`, Range: 'bytes=5-' }, 206],
  ['If-Range with another', { 'If-Range': '"other"', Range: 'bytes=5-' }, 200],
  ['If-Range with the date', { 'If-Range': 'Thu, 01 Jan 2026 00:00:00 GMT', Range: 'bytes=5-' }, 206],
])('R-DL-2 %s', async (_name, headers, status) => {
  expect((await ask(await pathOf(), headers)).status).toBe(status);
});

test('R-DL-2 HEAD tells what GET would, without the bytes', async () => {
  const { status, headers, body } = await ask(await pathOf(), { Range: 'bytes=5-' }, 'HEAD');
  expect([status, headers['content-length'], headers.etag, body.length]).toEqual([200, String(FILE.length), `"${SHA256}"`, 0]);
});

test('R-DL-2 other methods are told which there are', async () => {
  const { status, headers } = await ask(await pathOf(), {}, 'POST');
  expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
});

test('R-DL-1 R-DL-5 an address that is made up, expired or of an ended task: 403, a code and why', async () => {
  const refusal = async (path: string) => {
    const { status, headers, body } = await ask(path);
    return [status, headers['content-type'], body.toString()];
  };
  const text = 'text/plain; charset=utf-8';
  expect(await refusal('/d/made-up')).toEqual([403, text, 'DOWNLOAD_REFUSED: The download address is not one that was given out.\n']);
  const path = await pathOf();
  await api.store.collections.tasks.updateOne({ _id: task._id }, { $set: { active: false } });
  expect(await refusal(path)).toEqual([403, text, 'DOWNLOAD_REFUSED: The task this download address was given out for has ended.\n']);
  clock.advance(-25 * 3_600_000);
  const old = await pathOf();
  clock.advance(25 * 3_600_000);
  expect(await refusal(old)).toEqual([403, text, 'DOWNLOAD_REFUSED: The download address has expired.\n']);
});

test('R-DL-1 by bearer token: the path alone, or a token of something else, is 401', async () => {
  const { url, token } = await urls.mintAccess(task, 0);
  const path = new URL(url).pathname;
  const another = await notified();
  const others = await urls.mintAccess(another, 0);
  for (const authorization of [undefined, 'Bearer', 'Bearer x', `Bearer ${others.token}`, `Basic ${token}`]) {
    const { status, headers, body } = await ask(path, authorization === undefined ? {} : { authorization });
    expect([status, headers['www-authenticate'], body.toString().split(':')[0]]).toEqual([401, 'Bearer', 'DOWNLOAD_UNAUTHORIZED']);
  }
  const { status, body } = await ask(path, { authorization: `Bearer ${token}`, Range: 'bytes=0-9' });
  expect([status, body.equals(FILE.subarray(0, 10))]).toEqual([206, true]);
  await api.store.collections.tasks.updateOne({ _id: task._id }, { $set: { active: false } });
  expect((await ask(path, { authorization: `Bearer ${token}` })).status).toBe(403);
});

describe('R-DL-4 by a short address', () => {
  const issue = async (of = task, at: () => Date = clock) => {
    const { downloadTokens } = api.store.collections;
    const tokens = createShortTokens({
      downloadTokens,
      settings: settingsWith(),
      secret: await downloadSecret(api.store.collections),
      clock: at,
    });
    return `/f/${(await tokens.issue(of, 0)).token}`;
  };
  const refusal = async (path: string) => {
    const { status, body } = await ask(path);
    return [status, body.toString().split(':')[0]];
  };

  test('R-DL-4 R-DL-2 it opens by itself: the whole file, ranges, conditions, HEAD', async () => {
    const path = await issue();
    const whole = await ask(path);
    expect([whole.status, whole.headers.etag, whole.body.equals(FILE)]).toEqual([200, `"${SHA256}"`, true]);
    const part = await ask(`${path}/fw.bin?v=2`, { Range: 'bytes=10-19', 'If-Match': `"${SHA256}"` });
    expect([part.status, part.body.equals(FILE.subarray(10, 20))]).toEqual([206, true]);
    expect((await ask(path, { 'If-Match': '"other"', Range: 'bytes=5-' })).status).toBe(412);
    expect((await ask(path, {}, 'HEAD')).headers['content-length']).toBe(String(FILE.length));
    expect((await ask(path, {}, 'POST')).status).toBe(405);
  });

  test('R-DL-4 R-DL-5 one that was never given out is 404; expired, or of an ended task, it is 403', async () => {
    expect(await refusal(`/f/${'A'.repeat(22)}`)).toEqual([404, 'NOT_FOUND']);
    const path = await issue();
    await api.store.collections.tasks.updateOne({ _id: task._id }, { $set: { active: false } });
    expect(await refusal(path)).toEqual([403, 'DOWNLOAD_REFUSED']);
    const other = await notified();
    const old = await issue(other, () => new Date(clock().getTime() - 25 * 3_600_000));
    expect(await refusal(old)).toEqual([403, 'DOWNLOAD_REFUSED']);
    expect(await refusal(await issue(other))).toEqual([200, expect.anything()]);
  });
});

test('R-DL-1 a header without a blank behind its colon, as a C SDK writes it, is taken', async () => {
  const { url, token } = await urls.mintAccess(task, 0);
  const { hostname, port, pathname } = new URL(url.replace('8080', new URL(api.url).port));
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: x\r\nAuthorization:Bearer ${token}\r\nConnection: close\r\n\r\n`);
  const answer = await buffer(socket);
  expect(answer.subarray(0, 15).toString()).toBe('HTTP/1.1 200 OK');
  expect(answer.indexOf('\r\nContent-Length: ')).toBeGreaterThan(0);
  expect(answer.indexOf('\r\n\r\n')).toBeLessThan(4_000);
  expect(answer.subarray(-FILE.length).equals(FILE)).toBe(true);
});

test('R-DL-1 bytes and requests are seen on the task', async () => {
  await ask(await pathOf(), { Range: 'bytes=0-99' });
  await ask(await pathOf(), { Range: 'bytes=100-' });
  await api.closeCore();
  const { data } = await api.ask('query ($id: ID!) { task(id: $id) { download { bytesServed requests lastAt } } }', { id: task._id });
  expect(data.task).toEqual({ download: { bytesServed: FILE.length, requests: 2, lastAt: expect.any(String) } });
});

test('R-DL-6 a device that goes away in the middle ends the reading of the file, and what it was sent is kept', async () => {
  const endless = new Readable({
    read() {
      setImmediate(() => this.push(Buffer.alloc(65_536)));
    },
  });
  const pieces: number[] = [];
  const file: Download = {
    taskId: task._id,
    name: 'fw.bin',
    size: 1e9,
    sha256: SHA256,
    createdAt: new Date(),
    begin: () => ({ pieces: endless, served: (bytes) => pieces.push(bytes), sent: () => undefined, end: () => undefined }),
  };
  const downloads = jest.spyOn(api.core.downloads, 'open').mockResolvedValueOnce(file);
  const ended = new Promise<void>((resolve) => endless.once('close', resolve));
  const sent = httpRequest(`${api.url}/d/any`, (response) => response.once('data', () => response.destroy()));
  sent.end();
  await ended;
  expect(endless.destroyed).toBe(true);
  expect(pieces.length).toBeGreaterThan(0);
  expect(pieces.every((bytes) => bytes === 65_536)).toBe(true);
  expect(api.logged).toEqual([]);
  downloads.mockRestore();
});

test('R-DL-6 bytes that cannot be read cut the connection, and are logged', async () => {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.alloc(10);
      throw new Error('no store');
    })(),
    { objectMode: false },
  );
  const file: Download = {
    ...{ taskId: task._id, name: 'fw.bin', size: 20, sha256: SHA256, createdAt: new Date() },
    begin: () => ({ pieces: broken, served: () => undefined, sent: () => undefined, end: () => undefined }),
  };
  const open = jest.spyOn(api.core.downloads, 'open').mockResolvedValueOnce(file);
  await expect(ask('/d/any')).rejects.toThrow('aborted');
  open.mockRestore();
  expect(api.logged.splice(0)).toEqual([{ err: expect.objectContaining({ message: 'no store' }), errorId: expect.any(String) }]);
});

test('R-DL-6 a store that cannot be asked is 500 with nothing but an id', async () => {
  const open = jest.spyOn(api.core.downloads, 'open').mockRejectedValueOnce(new Error('no store'));
  const { status, body } = await ask('/d/any');
  open.mockRestore();
  const [{ errorId = '' } = {}] = api.logged.splice(0);
  expect([status, body.toString()]).toEqual([500, `INTERNAL: Something went wrong inside Updraft. The log has it as ${errorId}.\n`]);
});

test.each([
  ['a query behind it', (path: string) => `${path}?again=1`],
  ['a slash behind it', (path: string) => `${path}/`],
  ['a proxy named in it', (path: string) => `http://fw.example${path}`],
])('R-DL-1 an address with %s is the same', async (_name, written) => {
  const path = written(await pathOf());
  const sent = httpRequest({ host: '127.0.0.1', port: new URL(api.url).port, path, headers: { Range: 'bytes=0-9' } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect([response.statusCode, (await buffer(response)).equals(FILE.subarray(0, 10))]).toEqual([206, true]);
});

const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { policy { downloadProtocol } } userErrors { code field limit } } }`;

test('R-DL-3 a batch over MQTT takes one file of at most 16 MB; HTTPS is the default', async () => {
  const productKey = 'mqttA';
  await api.ask('mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { key } } }', {
    input: { key: productKey, name: 'M' },
  });
  await api.ask('mutation ($input: RegisterDevicesInput!) { registerDevices(input: $input) { devices { secret } } }', {
    input: { productKey, devices: [{ deviceName: 'meter-1' }] },
  });
  const file = (size: number) => ({ fileId: 'file1', name: 'fw.bin', size, md5: '0'.repeat(32), sha256: SHA256 });
  const most = 16 * 1024 * 1024;
  await api.store.collections.packages.insertMany([
    aPackage({ _id: 'small', productKey, version: '2.0.0', files: [file(most)] }),
    aPackage({ _id: 'large', productKey, version: '3.0.0', files: [file(most + 1)] }),
    aPackage({ _id: 'two', productKey, version: '4.0.0', files: [file(1), file(1)] }),
  ]);
  const create = async (packageId: string, more = {}) => {
    const { data } = await api.ask(CREATE, { input: { packageId, scope: { all: true }, pushRate: { perMinute: 60 }, ...more } });
    return data.createStaticBatch;
  };
  const over = { downloadProtocol: 'MQTT' };
  const refused = { batch: null, userErrors: [{ code: 'DOWNLOAD_PROTOCOL', field: 'downloadProtocol', limit: '1 file, 16777216 bytes' }] };
  expect(await create('large', over)).toEqual(refused);
  expect(await create('two', over)).toEqual(refused);
  expect(await create('small', over)).toEqual({ batch: { policy: { downloadProtocol: 'MQTT' } }, userErrors: [] });
  expect(await create('large')).toEqual({ batch: { policy: { downloadProtocol: 'HTTPS' } }, userErrors: [] });
  const given = await api.store.collections.packages.findOne({ _id: 'small' });
  expect(given?.streamId).toBeGreaterThan(0);
});
