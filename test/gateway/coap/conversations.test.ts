import { setImmediate as turn } from 'node:timers/promises';
import { startUdpNat } from '../../support/devices/lwm2m/line/udp-nat';
import type { Lwm2mDeviceDescription } from '../../support/devices/lwm2m/lwm2m-description';
import { useCoapDevices } from './coap-devices';
import { type RunningCoap, startCoapGateway } from './coap-support';

const TERMS = { waitMs: 60_000 };
const VERSION = { done: { resources: [{ path: '/3/0/3', value: '1.0.0' }], mistyped: [] } };

let running: RunningCoap;
const startDevice = useCoapDevices();
beforeEach(async () => {
  running = await startCoapGateway();
});
afterEach(() => running.stop());

const started = (deviceName: string, server: string, more?: Partial<Lwm2mDeviceDescription>) =>
  startDevice(deviceName, { server, reconnectMs: 20 }, more);

test.each([
  ['anjay2', 'plain-1', 'coapUrl'],
  ['wakaama', 'plain-1', 'coapUrl'],
  ['leshan', 'valve-1', 'coapsUrl'],
  ['anjay3', 'valve-1', 'coapsUrl'],
] as const)('a device like %s that has registered as %s by its %s is asked over the socket that it talks to', async (client, name, url) => {
  await started(name, running.urls[url] ?? '', { client });
  expect(await running.requests.read(`valves.${name}`, '/3/0/3', TERMS)).toEqual(VERSION);
});

test('what waits for a device with queue mode leaves when it is heard, from where it is then', async () => {
  const { hostname: host, port } = new URL(running.urls.coapUrl ?? '');
  const nat = await startUdpNat({ host, port: Number(port) });
  try {
    const device = await started('plain-1', `coap://127.0.0.1:${nat.port}`, { habits: { queueMode: true } });
    const registration = running.core.stored.get('valves.plain-1');
    if (!registration) throw new Error('not registered');
    // Its window is over.
    running.core.stored.set('valves.plain-1', { ...registration, reachableUntil: new Date(0), awakeSeconds: 0 });
    const answer = running.requests.read('valves.plain-1', '/3/0/3', TERMS);
    await turn();
    nat.rebind();
    running.core.stored.set('valves.plain-1', { ...registration, reachableUntil: new Date(0), awakeSeconds: 93 });
    expect(await device.update()).toBe('2.04');
    expect(await answer).toEqual(VERSION);
  } finally {
    nat.close();
  }
});

test('a device that is not registered, or at another gateway, is not asked', async () => {
  expect(await running.requests.read('valves.plain-1', '/3/0/3', TERMS)).toEqual({ failed: 'gone' });
  await started('plain-1', running.urls.coapUrl ?? '');
  const registration = running.core.stored.get('valves.plain-1');
  if (registration) running.core.stored.set('valves.plain-1', { ...registration, gatewayId: 'gateway-2' });
  expect(await running.requests.read('valves.plain-1', '/3/0/3', TERMS)).toEqual({ failed: 'gone' });
});

test('state and result are observed, and a notification is a sign of life', async () => {
  const device = await started('valve-1', running.urls.coapsUrl ?? '');
  expect(await running.requests.observe('valves.valve-1', '/5/0/3', TERMS)).toMatchObject({ done: { observed: true } });
  const heard = running.core.heard.length;
  device.firmware.to(1);
  while (running.core.heard.length === heard) await turn();
  expect(await running.counted('notifications_total')).toBe(1);
});
