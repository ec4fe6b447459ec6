import { setTimeout as delay } from 'node:timers/promises';
import { operator } from '../support/core-parts';
import { startUdpNat } from '../support/devices/lwm2m/line/udp-nat';
import type { Lwm2mDeviceDescription } from '../support/devices/lwm2m/lwm2m-description';
import { Lwm2mDevice } from '../support/devices/lwm2m/lwm2m-device';
import { createDtlsClient } from '../support/dtls/client';
import { startUpdraft, type Updraft } from '../support/updraft';

const KEY = 'ab'.repeat(16);

let updraft: Updraft;
const devices: Lwm2mDevice[] = [];
beforeAll(async () => {
  updraft = await startUpdraft({ UPDRAFT_COAP_PORT: '0', UPDRAFT_COAPS_PORT: '0' });
  const { products } = core();
  await products.create(operator, { key: 'cells', name: 'Cells', dialect: 'LWM2M' });
  await products.create(operator, { key: 'taps', name: 'Taps', dialect: 'LWM2M', plainCoap: true });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
});
afterAll(() => updraft.stop());

const core = () => updraft.platform.parts.core;
const idOf = (product: string, deviceName: string) => `${product}.${deviceName}`;

async function registered(product: string, deviceName: string): Promise<void> {
  const lwm2m = { psks: product === 'cells' ? [{ identity: deviceName, key: KEY }] : [] };
  await core().devices.register(operator, product, [{ deviceName, lwm2m }]);
}

async function started(server: string, deviceName: string, more: Partial<Lwm2mDeviceDescription> = {}): Promise<Lwm2mDevice> {
  const psk = server.startsWith('coaps') ? { identity: deviceName, key: KEY } : undefined;
  const device = new Lwm2mDevice(
    { dialect: 'LWM2M', deviceName, version: '1.0.0', psk, ...more },
    { server, reconnectMs: 20 },
    undefined,
    createDtlsClient,
  );
  devices.push(device);
  await device.start();
  return device;
}

const online = async (id: string) => (await updraft.store.collections.devices.findOne({ _id: id }))?.online;
const registrationOf = (id: string) => core().registrations.registrationOf(id);
async function untilOnline(id: string, wanted: boolean): Promise<void> {
  while ((await online(id)) !== wanted) await delay(20);
}

test('R-DEV-2 a device with a key registers over DTLS, is on-line, and ends when it is disabled; enabled again it comes back', async () => {
  await registered('cells', 'cell-1');
  const id = idOf('cells', 'cell-1');
  const device = await started(updraft.platform.coapsUrl ?? '', 'cell-1', { client: 'anjay3' });
  expect(await online(id)).toBe(true);
  expect(await registrationOf(id)).toMatchObject({
    endpoint: 'cell-1',
    identity: 'cell-1',
    version: '1.2',
    gatewayId: updraft.config.gatewayId,
  });
  expect(await device.update({ lifetimeSeconds: 600 })).toBe('2.04');
  expect(await registrationOf(id)).toMatchObject({ lifetimeSeconds: 600 });

  await core().devices.setEnabled(operator, [id], false);
  await untilOnline(id, false);
  expect(await registrationOf(id)).toBeNull();
  await expect(started(updraft.platform.coapsUrl ?? '', 'cell-1')).rejects.toThrow();
  await core().devices.setEnabled(operator, [id], true);
  await started(updraft.platform.coapsUrl ?? '', 'cell-1');
  expect(await online(id)).toBe(true);
});

test('R-DEV-2 without a key only devices of products that allow it register, and a De-register is a going', async () => {
  await Promise.all([registered('taps', 'tap-1'), registered('cells', 'cell-2')]);
  const server = updraft.platform.coapUrl ?? '';
  const device = await started(server, 'tap-1', { client: 'wakaama' });
  expect(await online('taps.tap-1')).toBe(true);
  await expect(started(server, 'cell-2')).rejects.toThrow('4.03');
  await expect(started(server, 'nobody')).rejects.toThrow('4.03');
  expect(await device.deregister()).toBe('2.02');
  expect(await online('taps.tap-1')).toBe(false);
});

test('R-DEV-2 a device that appears at another port keeps its session by its connection id, and its registration is there', async () => {
  await registered('cells', 'cell-3');
  const { hostname: host, port } = new URL(updraft.platform.coapsUrl ?? '');
  const nat = await startUdpNat({ host, port: Number(port) });
  try {
    const device = await started(`coaps://127.0.0.1:${nat.port}`, 'cell-3');
    const before = await registrationOf('cells.cell-3');
    nat.rebind();
    expect(await device.update()).toBe('2.04');
    const after = await registrationOf('cells.cell-3');
    expect(after).toMatchObject({ registrationId: before?.registrationId, port: nat.outerPorts().at(-1) });
    expect(after?.port).not.toBe(before?.port);
  } finally {
    nat.close();
  }
});
