import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { createFleet, type Fleet } from '../support/devices/fleet';
import { type FleetProcess, startFleetProcess } from '../support/devices/fleet-client';
import type { FleetReport } from '../support/devices/fleet-messages';
import { type BarePlatform, startBarePlatform } from './bare-platform';
import { compileFleetProcess } from './compiled-devices';
import { startNodeCoapServer } from './node-coap-server';
import { BODY, PRODUCT_KEY, received, SECRET, upgradeMessage } from './upgrading';

const entry = compileFleetProcess();
afterAll(() => rmSync(dirname(entry), { recursive: true }));

let platform: BarePlatform;
let fleet: Fleet | undefined;
let child: FleetProcess | undefined;

beforeEach(async () => {
  platform = await startBarePlatform(BODY);
});
afterEach(async () => {
  await fleet?.stop();
  await child?.stop();
  fleet = undefined;
  child = undefined;
  await platform.close();
});

const described = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ productKey: PRODUCT_KEY, deviceName: `meter-${n}`, secret: SECRET, version: '1.0.0' }));
const pacing = { skipDownload: true, stepsReported: [100], rebootMs: null };
const targets = () => platform.uplinks.filter(({ payload }) => payload.includes('"2.0.0"')).length;

function notifyAll(count: number): void {
  for (let n = 0; n < count; n += 1) {
    platform.push(`meter-${n}`, `/ota/device/upgrade/${PRODUCT_KEY}/meter-${n}`, upgradeMessage(platform));
  }
}

test('one process holds 500 devices and upgrades them', async () => {
  fleet = createFleet({ mqttUrl: platform.mqttUrl, devices: described(500), pacing });
  expect(await fleet.start()).toEqual({ started: 500, failed: [] });
  await received(platform, () => platform.uplinks.length === 500);
  notifyAll(500);
  await received(platform, () => targets() === 500);
  expect(fleet.stats()).toMatchObject({
    devices: 500,
    connected: 500,
    connects: 500,
    notifications: 500,
    downloads: 0,
    progress: 1_000,
    versions: 1_000,
    problems: 0,
    byVersion: { '2.0.0': 500 },
  });
});

test('a fleet names the devices that were refused', async () => {
  platform.refuseWith = 5;
  fleet = createFleet({ mqttUrl: platform.mqttUrl, devices: described(2) });
  const { started, failed } = await fleet.start();
  expect(started).toBe(0);
  expect(failed.map(({ message }) => message)).toEqual(['CONNACK 5', 'CONNACK 5']);
});

test('a fleet in a process of its own reports when each device reported, counts, and ends with a stop', async () => {
  const reports: FleetReport[] = [];
  const devices = described(20).map((one, n) =>
    n === 0 ? { ...one, behaviours: [{ kind: 'offlineUntil' as const, ms: 'told' as const }] } : one,
  );
  child = await startFleetProcess(
    { mqttUrl: platform.mqttUrl, devices, pacing },
    { entry, onReports: (some) => reports.push(...some), reported: ['version', 'progress'] },
  );
  expect(child.start).toEqual({ started: 20, failed: [] });
  expect((await child.stats()).connected).toBe(19);
  await child.comeOnline(['meter-0']);
  await received(platform, () => platform.uplinks.length === 20);
  notifyAll(20);
  await received(platform, () => targets() === 20);
  const stats = await child.stats();
  expect(stats).toMatchObject({ connected: 20, byVersion: { '2.0.0': 20 }, reportsDropped: 0, problems: 0 });
  expect(stats.rssBytes).toBeGreaterThan(0);
  expect((await child.counts('meter-0')).notifications).toBe(1);
  expect(reports.filter(([name]) => name === 'meter-0').map(([, kind, , value]) => [kind, value])).toEqual([
    ['version', '1.0.0'],
    ['progress', 0],
    ['progress', 100],
    ['version', '2.0.0'],
  ]);
  await child.stop();
  expect(await child.exited).toBe(0);
  await expect(child.stats()).rejects.toThrow();
});

test('a fleet’s process that fails its start says why', async () => {
  const twice = [...described(1), ...described(1)];
  const starting = startFleetProcess({ mqttUrl: platform.mqttUrl, devices: twice }, { entry });
  await expect(starting).rejects.toThrow('meter-0 is described twice');
});

test('LwM2M devices are a fleet as well, in this process and in one of its own', async () => {
  const server = await startNodeCoapServer();
  const lwm2m = { server: `coap://127.0.0.1:${server.port}` };
  const devices = Array.from({ length: 100 }, (_, n) => ({ dialect: 'LWM2M' as const, deviceName: `meter-${n}`, version: '1.0.0' }));
  fleet = createFleet({ lwm2m, devices });
  expect(await fleet.start()).toEqual({ started: 100, failed: [] });
  expect(await fleet.lwm2m('meter-7').update()).toBe('2.04');
  expect(fleet.stats()).toMatchObject({ devices: 100, connected: 100, problems: 0, byVersion: { '1.0.0': 100 } });
  expect(() => fleet?.mqtt('meter-7')).toThrow('meter-7 speaks LwM2M');
  child = await startFleetProcess({ lwm2m, devices }, { entry });
  expect(child.start).toEqual({ started: 100, failed: [] });
  expect((await child.stats()).connected).toBe(100);
  expect(server.asked.filter(({ url }) => url.startsWith('/rd?'))).toHaveLength(200);
  server.close();
});
