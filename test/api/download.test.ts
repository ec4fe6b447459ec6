import { createHash } from 'node:crypto';
import { get, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { downloadSecret } from '../../core/packages/download-secret';
import { createDownloadUrls } from '../../core/packages/download-token';
import { aNotifiedTask } from '../support/builders';
import { handClock, operator, settingsWith } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
const SHA256 = createHash('sha256').update(BYTES).digest('hex');

let api: TestApi;
let path: string;
let expired: string;
const task = aNotifiedTask({ productKey: 'dlA1', deviceName: 'meter-1', batchId: 'dl' });

beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'dlA1', name: 'Meters' });
  const file = { name: 'firm-ware_1.bin', stream: Readable.from([BYTES]) };
  const pkg = await api.core.packages.create(operator, { productKey: 'dlA1', name: 'firmware', version: '2.0.0' }, file);
  await api.store.collections.tasks.insertOne({ ...task, packageId: pkg._id });
  path = await pathAt(new Date());
  expired = await pathAt(new Date(Date.now() - 24 * 3_600_000 - 1_000));
});
afterAll(() => api.stop());

async function pathAt(time: Date): Promise<string> {
  const secret = await downloadSecret(api.store.collections);
  const urls = createDownloadUrls({ settings: settingsWith(), secret, clock: handClock(time) });
  return new URL(await urls.mintUrl(task, 0, 'firm-ware_1.bin')).pathname;
}

function fetchRaw(
  target: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ response: IncomingMessage; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${api.url}${target}`, { headers, method }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ response, body: Buffer.concat(chunks) });
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('R-DL-1 a token alone downloads the file, with headers a small client can read', async () => {
  const { response, body } = await fetchRaw(path);
  expect(response.statusCode).toBe(200);
  expect(body.equals(BYTES)).toBe(true);
  expect(response.rawHeaders).toEqual(expect.arrayContaining(['Content-Length', '100000', 'ETag', `"${SHA256}"`]));
  expect(response.headers).toMatchObject({
    'content-disposition': 'attachment;filename=firm-ware_1.bin',
    'cache-control': 'no-store',
    'accept-ranges': 'bytes',
  });
  expect(response.headers).not.toHaveProperty('transfer-encoding');
  expect(response.headers).not.toHaveProperty('content-encoding');
});

test('R-DL-2 an open range is answered 206, also from byte 0', async () => {
  const { response, body } = await fetchRaw(path, { range: 'bytes=0-' });
  expect([response.statusCode, response.headers['content-range']]).toEqual([206, 'bytes 0-99999/100000']);
  expect(body.length).toBe(100_000);
});

test('R-DL-2 a cut download goes on where it was cut', async () => {
  const { response, body } = await fetchRaw(path, { range: 'bytes=49152-', 'if-range': `"${SHA256}"` });
  expect([response.statusCode, response.headers['content-length']]).toEqual([206, String(100_000 - 49_152)]);
  expect(body.equals(BYTES.subarray(49_152))).toBe(true);
});

test('R-DL-2 a range behind the end is answered 416 with the size', async () => {
  const { response } = await fetchRaw(path, { range: 'bytes=100000-' });
  expect([response.statusCode, response.headers['content-range']]).toEqual([416, 'bytes */100000']);
});

test('R-DL-2 HEAD has the headers and no body', async () => {
  const { response, body } = await fetchRaw(path, {}, 'HEAD');
  expect([response.statusCode, response.headers['content-length'], body.length]).toEqual([200, '100000', 0]);
});

test('R-DL-2 another file’s If-Match is answered 412', async () => {
  expect((await fetchRaw(path, { 'if-match': '"0"', range: 'bytes=5-' })).response.statusCode).toBe(412);
});

test.each([
  ['expired', () => expired],
  ['made up', () => '/d/made.up'],
  ['changed', () => `${path.slice(0, -3)}abc`],
])('R-DL-1 a token that is %s is refused with 403 and a word', async (_name, target) => {
  const { response, body } = await fetchRaw(target());
  expect(response.statusCode).toBe(403);
  expect(response.headers['content-type']).toContain('text/plain');
  expect(body.toString()).not.toBe('');
});

test('R-DL-1 a device that goes away in the middle ends the reading of the file', async () => {
  const endless = new Readable({
    read() {
      setImmediate(() => this.push(Buffer.alloc(65_536)));
    },
  });
  const file = { taskId: task._id, name: 'fw.bin', size: 1e9, sha256: SHA256, read: () => endless };
  const downloads = jest.spyOn(api.core.packages, 'download').mockResolvedValueOnce(file);
  const ended = new Promise<void>((resolve) => endless.once('close', resolve));
  get(`${api.url}/d/any`, (response) => response.once('data', () => response.destroy()));
  await ended;
  expect(endless.destroyed).toBe(true);
  expect(api.logged).toEqual([]);
  downloads.mockRestore();
});

test('R-DL-5 once the task has ended its token no longer downloads', async () => {
  await api.store.collections.tasks.updateOne({ _id: task._id }, { $set: { status: 'SUCCEEDED', active: false } });
  expect((await fetchRaw(path)).response.statusCode).toBe(403);
});
