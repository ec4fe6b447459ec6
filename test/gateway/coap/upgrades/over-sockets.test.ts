import { setImmediate as turn } from 'node:timers/promises';
import type { Habits } from '../../../support/devices/lwm2m/habits';
import { startUdpNat } from '../../../support/devices/lwm2m/line/udp-nat';
import type { Lwm2mDeviceDescription } from '../../../support/devices/lwm2m/lwm2m-description';
import type { Lwm2mDevice } from '../../../support/devices/lwm2m/lwm2m-device';
import { told } from '../coap-client';
import { useCoapDevices } from '../coap-devices';
import { type RunningCoap, startCoapGateway } from '../coap-support';
import { KEYS } from '../fake-coap-core';
import { EXECUTE } from './fake-upgrades';
import { IMAGE, untilUpgraded, upgradesAll, VERSION } from './upgrading';

let running: RunningCoap;
const startDevice = useCoapDevices();
beforeEach(async () => {
  running = await startCoapGateway();
  // What is lost comes again soon.
  running.core.registrations.ackTimeoutSecondsOf = async () => 0.2;
});
afterEach(() => running.stop());

const urlOf = (deviceName: string): string => running.urls[KEYS[deviceName] ? 'coapsUrl' : 'coapUrl'] ?? '';
const started = (deviceName: string, more: Partial<Lwm2mDeviceDescription> = {}, server = urlOf(deviceName)): Promise<Lwm2mDevice> =>
  startDevice(deviceName, { server, reconnectMs: 20 }, more);

/** Another process on the same ports, with the same store; what the one before was at is broken off. */
async function killed(): Promise<void> {
  const { core, urls } = running;
  const portOf = (url = ''): number => Number(new URL(url).port);
  await running.stop();
  running = await startCoapGateway({ port: portOf(urls.coapUrl), securePort: portOf(urls.coapsUrl) }, core);
}

const DEVICES: [string, Partial<Lwm2mDeviceDescription>][] = [
  ['plain-1', { client: 'anjay2' }],
  ['plain-1', { client: 'wakaama' }],
  ['valve-1', { client: 'anjay3' }],
  ['valve-1', { client: 'leshan' }],
  ['valve-1', { habits: { queueMode: true } }],
  ['plain-1', { habits: { answers: 'separate' } }],
];

describe.each(DEVICES)('%s as %j', (deviceName, description) => {
  test('R-FLOW-5 pulls, installs, and is looked at after its restart', async () => {
    upgradesAll(running.core, { url: `${urlOf(deviceName)}/f/t1` });
    const device = await started(deviceName, description);
    await untilUpgraded(running.core);
    expect([device.version, device.firmware.state, device.firmware.result]).toEqual([VERSION, 0, 1]);
    expect(device.client.rejected).toBe(0);
  });

  test('R-DL-4 R-FLOW-5 is pushed to, installs, and is looked at after its restart', async () => {
    upgradesAll(running.core, 'push');
    const device = await started(deviceName, description);
    await untilUpgraded(running.core);
    expect(device.version).toBe(VERSION);
    expect(running.core.upgrades.calls).toContain(`pushBegan valves.${deviceName}`);
    expect(device.client.rejected).toBe(0);
  });
});

test.each<[string, Partial<Habits>]>([
  ['blocks of 128 bytes', { szx: 3 }],
  ['blocks of 128 bytes, and refuses larger ones', { szx: 3, refusesLargerBlocks: true }],
  ['blocks of 16 bytes', { szx: 0 }],
])('R-DL-4 a device that takes %s gets the package in them', async (_name, habits) => {
  upgradesAll(running.core, 'push');
  const device = await started('valve-1', { habits });
  await untilUpgraded(running.core);
  expect(device.version).toBe(VERSION);
});

test('a device without room for the package says so, and nothing is begun', async () => {
  upgradesAll(running.core, 'push');
  await started('valve-1', { habits: { mostBytes: IMAGE.length - 1 } });
  await running.core.upgrades.untilAnswer((answer) => answer.kind === 'pushed');
  expect(running.core.upgrades.answers.at(-1)).toEqual({ kind: 'pushed', outcome: 'NO_ROOM' });
  expect(running.core.upgrades.calls).not.toContain('pushBegan valves.valve-1');
});

/** Once the device was asked it, something happens to it; the request itself may be lost by that. */
async function atStep(
  device: Promise<Lwm2mDevice>,
  [method, path]: readonly [string, string],
  happens: (device: Lwm2mDevice) => Promise<unknown>,
): Promise<Lwm2mDevice> {
  const there = await device;
  await there.waitFor('asked', { where: (asked) => asked.method === method && asked.path === path });
  await happens(there);
  return there;
}

const STEPS = [
  ['its version', ['GET', '/3/0/3']],
  ['its firmware object', ['GET', '/5/0']],
  ['to be observed', ['GET', '/5/0/3']],
  ['to take a block', ['PUT', '/5/0/0']],
  ['to install', ['POST', '/5/0/2']],
] as const;

describe.each(['plain-1', 'valve-1'])('%s', (deviceName) => {
  test.each(STEPS)('R-FLOW-6 that comes to another port while it is asked %s, and says so, is upgraded', async (_what, step) => {
    upgradesAll(running.core, 'push');
    const device = await atStep(started(deviceName), step, async (device) => {
      await device.rebind();
      // It may restart before it has its answer.
      await device.update().catch(() => undefined);
    });
    await untilUpgraded(running.core);
    expect(device.client.rejected).toBe(0);
  });

  test.each(STEPS)('R-FLOW-6 whose gateway dies while it is asked %s is upgraded by the next', async (_what, step) => {
    upgradesAll(running.core, 'push');
    await atStep(started(deviceName), step, async (device) => {
      await killed();
      await device.client.registration.resume().catch(() => undefined);
    });
    await untilUpgraded(running.core);
  });
});

test('R-FLOW-6 with a connection id a push goes on from another port without a word of the device, in its session', async () => {
  upgradesAll(running.core, 'push');
  const device = await atStep(started('valve-1', { habits: { szx: 3 } }), ['PUT', '/5/0/0'], (device) => device.rebind());
  await untilUpgraded(running.core);
  expect(await running.counted('dtls_total', { event: 'handshake_completed' })).toBe(2);
  expect(device.client.rejected).toBe(0);
});

test('R-FLOW-6 behind a NAT that forgets its port, with an Update, a push goes on', async () => {
  const { hostname: host, port } = new URL(running.urls.coapUrl ?? '');
  const nat = await startUdpNat({ host, port: Number(port) });
  try {
    upgradesAll(running.core, 'push');
    const device = await atStep(
      started('plain-1', { habits: { szx: 3 } }, `coap://127.0.0.1:${nat.port}`),
      ['PUT', '/5/0/0'],
      async (device) => {
        nat.rebind();
        await device.update();
      },
    );
    await untilUpgraded(running.core);
    expect(device.client.rejected).toBe(0);
  } finally {
    nat.close();
  }
});

describe('what begins a conversation', () => {
  test('a Register, an Update, a Send, and the push of a batch; a block is no reason', async () => {
    const { upgrades, files } = running.core;
    files.set('t1', { deviceId: 'valves.plain-1', bytes: Buffer.alloc(10) });
    const device = await started('plain-1');
    await upgrades.until('begin valves.plain-1 REGISTERED');
    await device.update();
    await upgrades.until('begin valves.plain-1 HEARD');
    const link = running.gateway.pushers[0]?.link;
    expect(await link?.queryVersion({ deviceId: 'valves.plain-1', dialect: 'LWM2M' })).toBe(true);
    await upgrades.until('begin valves.plain-1 PUSHED');
    expect(await link?.queryVersion({ deviceId: 'valves.plain-2', dialect: 'LWM2M' })).toBe(false);
    const begins = (): number => upgrades.calls.filter((call) => call.startsWith('begin')).length;
    const before = begins();
    expect(await device.client.send('/3/0')).toBe('2.04');
    while (begins() === before) await turn();
    const client = await running.plain();
    expect(told(await client.ask({ path: '/f/t1', code: 1 }))).toBe('2.05');
    await turn();
    expect(begins()).toBe(before + 1);
  });

  test('its time having come', async () => {
    const { upgrades } = running.core;
    upgrades.dueNow = ['valves.plain-1'];
    await upgrades.until('due gateway-1', 'begin valves.plain-1 DUE');
  });
});

describe('what a device tells of its state and result', () => {
  test.each(['NON', 'CON'] as const)('by %s notifications', async (notifications) => {
    const { upgrades } = running.core;
    const device = await started('plain-1', { habits: { notifications } });
    await running.requests.observe('valves.plain-1', '/5/0/3', { waitMs: 60_000 });
    device.firmware.to(1);
    await upgrades.until('noticed valves.plain-1 {"state":1}');
    expect(device.client.rejected).toBe(0);
  });

  test('by Send, of one or both, among other values', async () => {
    const { upgrades } = running.core;
    const device = await started('valve-1');
    device.firmware.to(2, 0);
    expect(await device.client.send('/5/0')).toBe('2.04');
    expect(upgrades.calls).toContain('noticed valves.valve-1 {"state":2,"result":0}');
    expect(await device.client.send('/5/0/5')).toBe('2.04');
    expect(upgrades.calls).toContain('noticed valves.valve-1 {"result":0}');
  });

  test('has what core wants follow', async () => {
    const { upgrades } = running.core;
    const device = await started('plain-1');
    upgrades.notices = () => EXECUTE;
    await device.client.send('/5/0/3');
    await upgrades.until('answered valves.plain-1 execute');
    expect(upgrades.answers).toEqual([{ kind: 'executed', outcome: { refused: '4.05', text: '', result: 0 } }]);
  });

  test('comes again when core is away: 5.03 to a Send', async () => {
    const device = await started('plain-1');
    running.core.upgrades.fails = true;
    expect(await device.client.send('/5/0/3')).toBe('5.03');
  });

  test('while it is asked something does not wait for that, nor that for it', async () => {
    const { upgrades } = running.core;
    upgradesAll(running.core, 'push');
    const device = await started('plain-1', { habits: { szx: 1 } });
    await device.waitFor('asked', { where: ({ path }) => path === '/5/0/0' });
    expect(await device.client.send('/5/0/3')).toBe('2.04');
    expect(upgrades.answers.some(({ kind }) => kind === 'pushed')).toBe(false);
    await untilUpgraded(running.core);
  });
});
