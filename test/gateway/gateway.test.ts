import pino from 'pino';
import type { DeviceLink, Notification } from '../../core/ports';
import { createGateway, type Gateway } from '../../gateways/gateway';
import type { OpenTransport, Transport } from '../../gateways/transport';
import type { Dialect } from '../../schema/model/protocol/dialect';
import { RecordingCore } from './recording-core';
import { notification } from './support';

/** Takes what is for its devices, and tells what became of it. */
function transport(dialect: Dialect, told: string[], gatewayId?: string, changes: Partial<Transport> = {}): OpenTransport {
  return (parts) => {
    const link: DeviceLink = {
      gatewayId: gatewayId ?? parts.gatewayId,
      isConnected: (deviceId) => deviceId.startsWith(dialect),
      notify: async ({ deviceId }) => told.push(`${dialect} notifies ${deviceId}`) > 0,
      queryVersion: async ({ deviceId }) => told.push(`${dialect} asks ${deviceId}`) > 0,
    };
    return {
      dialects: [dialect],
      link,
      connected: true,
      onConnected: (listener) => listener(true),
      onPushes: (listener) => listener(true),
      start: async () => {
        told.push(`${dialect} starts`);
        return {};
      },
      close: async () => void told.push(`${dialect} closes`),
      ...changes,
    };
  };
}

function gatewayOver(core: RecordingCore, transports: OpenTransport[]): Promise<Gateway> {
  return createGateway({ core, gatewayId: 'gateway-1', logger: pino({ level: 'silent' }), stopWithinMs: 200 }, transports);
}

const forDevice = (dialect: Dialect): Notification => notification({ deviceId: `${dialect}.a`, dialect });

test('a device is reached by the transport that speaks its dialect, over one link where both hold connections of this process', async () => {
  const told: string[] = [];
  const { pushers } = await gatewayOver(new RecordingCore(), [transport('LINK', told), transport('IOTDA', told)]);
  expect(pushers.map(({ link }) => link.gatewayId)).toEqual(['gateway-1']);
  const link = pushers[0]?.link as DeviceLink;
  expect(['LINK.a', 'IOTDA.a', 'other'].map((deviceId) => link.isConnected(deviceId))).toEqual([true, true, false]);
  expect(await link.notify(forDevice('IOTDA'))).toBe(true);
  expect(await link.notify(notification({ deviceId: 'LINK.b', dialect: undefined }))).toBe(true);
  expect(await link.queryVersion({ deviceId: 'IOTDA.c', dialect: 'IOTDA' })).toBe(true);
  expect(told).toEqual(['IOTDA notifies IOTDA.a', 'LINK notifies LINK.b', 'IOTDA asks IOTDA.c']);
});

test('what no transport of a link speaks does not leave, and nothing is said about the device', async () => {
  const { pushers } = await gatewayOver(new RecordingCore(), [transport('LINK', [])]);
  expect(await pushers[0]?.link.notify(forDevice('IOTDA'))).toBe(false);
  expect(await pushers[0]?.link.queryVersion({ deviceId: 'IOTDA.c', dialect: 'IOTDA' })).toBe(false);
});

test('beside an external broker the connections of this process have pushes of their own, and alone are reset', async () => {
  const core = new RecordingCore();
  const told: string[] = [];
  const pushes: string[] = [];
  const atBroker = transport('LINK', told, 'broker/main', { onPushes: (listener) => listener(false) });
  const gateway = await gatewayOver(core, [atBroker, transport('IOTDA', told)]);
  for (const { link, onPushes } of gateway.pushers) onPushes((now) => pushes.push(`${link.gatewayId} ${now}`));
  expect(pushes).toEqual(['broker/main false', 'gateway-1 true']);
  await gateway.start();
  await gateway.stop();
  expect(core.calls).toEqual([
    { call: 'reset', gatewayId: 'gateway-1' },
    { call: 'reset', gatewayId: 'gateway-1' },
  ]);
});

test('a gateway that is only a client of a broker resets nobody', async () => {
  const core = new RecordingCore();
  const gateway = await gatewayOver(core, [transport('LINK', [], 'broker/main')]);
  await gateway.start();
  await gateway.stop();
  expect(core.calls).toEqual([]);
});

test('a transport that cannot start closes those that have started, and its error is that of the start', async () => {
  const told: string[] = [];
  const taken = transport('IOTDA', told, undefined, { start: () => Promise.reject(new Error('EADDRINUSE')) });
  const gateway = await gatewayOver(new RecordingCore(), [transport('LINK', told), taken]);
  await expect(gateway.start()).rejects.toThrow('EADDRINUSE');
  expect(told).toEqual(['LINK starts', 'LINK closes', 'IOTDA closes']);
  await gateway.stop();
  expect(told).toHaveLength(3);
});
