import { displaced } from '../../../schema/model/registration/changes';
import type { Lwm2mDeviceDescription } from '../../support/devices/lwm2m/lwm2m-description';
import { told } from './coap-client';
import { useCoapDevices } from './coap-devices';
import { type RunningCoap, startCoapGateway } from './coap-support';
import { KEYS } from './fake-coap-core';

const TERMS = { waitMs: 60_000 };
const VERSION = { done: { resources: [{ path: '/3/0/3', value: '1.0.0' }], mistyped: [] } };

let running: RunningCoap;
const startDevice = useCoapDevices();
beforeEach(async () => {
  running = await startCoapGateway();
});
afterEach(() => running.stop());

const started = (deviceName: string, more?: Partial<Lwm2mDeviceDescription>) =>
  startDevice(deviceName, { server: running.urls[KEYS[deviceName] ? 'coapsUrl' : 'coapUrl'] ?? '' }, more);

/** Another process on the same ports, with the same store. */
async function restart(): Promise<void> {
  const { core, urls } = running;
  const portOf = (url = ''): number => Number(new URL(url).port);
  await running.stop();
  running = await startCoapGateway({ port: portOf(urls.coapUrl), securePort: portOf(urls.coapsUrl) }, core);
}

const isConnected = (deviceId: string) => running.gateway.pushers[0]?.link.isConnected(deviceId);

test.each([false, true])(
  'R-DEV-2 a device without DTLS is reached after a restart, before it is heard (queue mode: %s)',
  async (queueMode) => {
    await started('plain-1', { habits: { queueMode } });
    await restart();
    expect(isConnected('valves.plain-1')).toBe(true);
    expect(await running.requests.read('valves.plain-1', '/3/0/3', TERMS)).toEqual(VERSION);
  },
);

test('R-DEV-2 a request for a block is its sign of life then', async () => {
  await started('plain-1');
  await restart();
  running.core.files.set('plain1', { deviceId: 'valves.plain-1', bytes: Buffer.alloc(10) });
  const elsewhere = await running.plain();
  expect(told(await elsewhere.ask({ path: '/f/plain1', code: 1 }))).toBe('2.05');
  expect(running.core.heard).toEqual([running.core.stored.get('valves.plain-1')?.registrationId]);
});

test('R-DEV-2 a device with DTLS is reached by the session that it makes after a restart, with its first Update', async () => {
  const device = await started('valve-1');
  await restart();
  expect(isConnected('valves.valve-1')).toBe(false);
  const answer = running.requests.read('valves.valve-1', '/3/0/3', TERMS);
  expect(await device.client.registration.resume()).toBe('2.04');
  expect(await answer).toEqual(VERSION);
  expect(isConnected('valves.valve-1')).toBe(true);
});

test('R-DEV-2 whose registration is over, or at another gateway, is not known after a restart', async () => {
  await started('plain-1');
  await started('plain-2');
  const { stored } = running.core;
  const [one, two] = [stored.get('valves.plain-1'), stored.get('valves.plain-2')];
  if (!one || !two) throw new Error('not registered');
  stored.set('valves.plain-1', { ...one, expiresAt: new Date(0) });
  stored.set('valves.plain-2', { ...two, gatewayId: 'gateway-2' });
  await restart();
  expect([isConnected('valves.plain-1'), isConnected('valves.plain-2')]).toEqual([false, false]);
});

test.each([false, true])('R-DEV-2 nothing for a device goes where another one was heard since (restart: %s)', async (restarts) => {
  const socket = await running.plain();
  const register = (name: string) => socket.ask({ path: '/rd', query: `ep=${name}&lwm2m=1.1&lt=300&Q` });
  expect(told(await register('plain-1'))).toMatch(/^2\.01/);
  const before = running.core.stored.get('valves.plain-1');
  if (!before) throw new Error('not registered');
  expect(told(await socket.ask({ path: '/dp', contentFormat: 110, payload: '[{"n":"/3/0/3","vs":"1.0.0"}]' }))).toBe('2.04');
  expect(told(await register('plain-2'))).toMatch(/^2\.01/);
  running.core.stored.set('valves.plain-1', displaced(before, new Date()));
  if (restarts) await restart();
  expect(await running.requests.read('valves.plain-1', '/3/0/3', { waitMs: 20 })).toEqual({ failed: 'asleep' });
});
