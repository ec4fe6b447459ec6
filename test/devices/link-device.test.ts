import { createHash } from 'node:crypto';
import { ConnectRefused } from '../support/devices/session/mqtt-session';
import { type BarePlatform, serveRange, startBarePlatform } from './bare-platform';
import { BODY, PRODUCT_KEY, received, startDevice, type Upgrading } from './upgrading';

let platform: BarePlatform;
let upgrading: Upgrading | undefined;

beforeEach(async () => {
  platform = await startBarePlatform(BODY);
});
afterEach(async () => {
  await upgrading?.device.stop();
  await platform.close();
});

const HAPPY = ['v1.0.0', 0, 25, 50, 75, 100, 'v2.0.0'];
const upgraded = () => received(platform, () => platform.uplinks.at(-1)?.payload.includes('"2.0.0"') ?? false);

test('device-protocols §1.5 A: a device informs, loads the file by range, checks it, restarts and informs the target', async () => {
  upgrading = await startDevice(platform);
  const notified = upgrading.device.waitFor('notified');
  upgrading.notify();
  await upgraded();
  expect((await notified).offer.version).toBe('2.0.0');
  expect(upgrading.reports()).toEqual(HAPPY);
  expect(platform.ranges).toEqual(['bytes=0-']);
  expect(platform.connects).toHaveLength(2);
  expect(upgrading.device.version).toBe('2.0.0');
  expect(upgrading.device.counts).toMatchObject({ notifications: 1, downloads: 1, bytes: BODY.length, problems: 0 });
});

test('device-protocols §0.2: no SUBSCRIBE is sent by default, and the topics when asked for', async () => {
  upgrading = await startDevice(platform);
  upgrading.notify();
  await upgraded();
  expect(platform.subscribed).toEqual([]);
  await upgrading.device.stop();
  upgrading = await startDevice(platform, [], { subscribes: 'topics' });
  expect(platform.subscribed).toEqual([
    `/ota/device/upgrade/${PRODUCT_KEY}/meter-0001`,
    `/sys/${PRODUCT_KEY}/meter-0001/thing/ota/firmware/get_reply`,
    `/sys/${PRODUCT_KEY}/meter-0001/thing/file/download_reply`,
  ]);
});

test('device-protocols §1.5 C: a cut download goes on from the byte it reached and repeats its last percentage', async () => {
  let cut = false;
  platform.onFile = (request, response, body) => {
    if (cut) return serveRange(request, response, body);
    cut = true;
    response.writeHead(206, { 'Content-Length': body.length });
    response.write(body.subarray(0, 160_000), () => setImmediate(() => response.destroy()));
  };
  upgrading = await startDevice(platform);
  upgrading.notify();
  await upgraded();
  expect(platform.ranges).toHaveLength(2);
  const resumedAt = Number(/^bytes=(\d+)-$/.exec(platform.ranges[1] ?? '')?.[1]);
  expect(resumedAt).toBeGreaterThan(0);
  expect(upgrading.device.counts.bytes).toBe(BODY.length);
  const steps = upgrading.reports().filter((report) => typeof report === 'number');
  expect(new Set(steps)).toEqual(new Set([0, 25, 50, 75, 100]));
  expect(steps).toHaveLength(6);
});

test('device-protocols §1.5 D: a refused token makes the device ask firmware/get and go on with the fresh URL', async () => {
  platform.onFile = (request, response, body) => {
    if (request.url === '/f/fresh') return serveRange(request, response, body);
    response.writeHead(403).end('expired');
  };
  upgrading = await startDevice(platform);
  const asked = received(platform, () => platform.uplinks.at(-1)?.topic.endsWith('/firmware/get') ?? false);
  upgrading.notify({ path: '/f/old' });
  await asked;
  expect(platform.uplinks.at(-1)?.payload).toMatch(/^\{"id":\d+,"params":\{\}\}$/);
  const sign = createHash('sha256').update(BODY).digest('hex');
  const data = { size: BODY.length, version: '2.0.0', url: `${platform.httpUrl}/f/fresh`, sign, signMethod: 'SHA256' };
  const reply = JSON.stringify({ id: '1', code: 200, data });
  platform.push('meter-0001', `/sys/${PRODUCT_KEY}/meter-0001/thing/ota/firmware/get_reply`, reply);
  await upgraded();
  expect(upgrading.device.counts).toMatchObject({ gets: 1, downloads: 1, problems: 0 });
});

test.each([
  ['chunked, without a length', (head: Record<string, string | number>) => ({ ...head, 'Content-Length': undefined })],
  ['with a lower-case header', ({ 'Content-Length': length }: Record<string, string | number>) => ({ 'content-length': length })],
  ['of another size', () => ({ 'Content-Length': 10 })],
])('device-protocols §0.6: an answer %s is a failed download, step -2', async (_, change) => {
  platform.onFile = (_request, response, body) => {
    const head = Object.entries(change({ 'Content-Length': body.length })).filter(([, value]) => value !== undefined);
    response.writeHead(206, Object.fromEntries(head) as Record<string, string>);
    response.end(body.subarray(0, Number(head[0]?.[1] ?? body.length)));
  };
  upgrading = await startDevice(platform);
  upgrading.notify();
  await received(platform, () => upgrading?.reports().at(-1) === -2);
  expect(upgrading.reports()).toEqual(['v1.0.0', 0, -2]);
});

test('device-protocols §1.1: a refused device rejects with the CONNACK code', async () => {
  platform.refuseWith = 4;
  const refused = startDevice(platform);
  await expect(refused).rejects.toBeInstanceOf(ConnectRefused);
  await expect(refused).rejects.toMatchObject({ code: 4 });
});

test('device-protocols §1.3: a repeated notification of what runs or is installed starts nothing twice', async () => {
  upgrading = await startDevice(platform, [], { pacing: { rebootMs: null, installMs: 20 } });
  upgrading.notify();
  upgrading.notify();
  await upgraded();
  upgrading.notify();
  await received(platform, () => upgrading?.reports().length === HAPPY.length + 1);
  expect(upgrading.reports()).toEqual([...HAPPY, 'v2.0.0']);
  expect(upgrading.device.counts).toMatchObject({ notifications: 3, downloads: 1, duplicates: 0, connects: 1 });
});

test('device-protocols §0.2: the same message delivered twice is noticed', async () => {
  upgrading = await startDevice(platform, [{ kind: 'silent' }]);
  const noticed = upgrading.device.waitFor('problem');
  const message = JSON.stringify({
    code: '1000',
    data: { size: 1, version: '2', url: 'http://h/f', sign: 'a'.repeat(64), signMethod: 'SHA256' },
    id: 9,
  });
  const topic = `/ota/device/upgrade/${PRODUCT_KEY}/meter-0001`;
  platform.push('meter-0001', topic, message);
  platform.push('meter-0001', topic, message);
  expect((await noticed).message).toBe('notification 9 came twice');
  expect(upgrading.device.counts.duplicates).toBe(1);
});

test('a device that lost its network comes back by itself and informs again', async () => {
  upgrading = await startDevice(platform);
  await upgrading.device.reconnect({ times: 2 });
  expect(upgrading.device.counts).toMatchObject({ connects: 3, versions: 3 });
  const back = upgrading.device.waitFor('connected');
  upgrading.device.losePower(1);
  await back;
  expect(upgrading.device.connected).toBe(true);
});

test('several devices’ waits end: waitFor rejects when nothing comes', async () => {
  upgrading = await startDevice(platform);
  await expect(upgrading.device.waitFor('notified', { timeoutMs: 1 })).rejects.toThrow("no 'notified' within 1 ms");
});
