import { freeUdpPort } from '../../server/coap-addresses';
import { operator } from '../support/core-parts';
import { Lwm2mDevice } from '../support/devices/lwm2m/lwm2m-device';
import { createDtlsClient } from '../support/dtls/client';
import { startUdpBalancer, type UdpBalancer } from '../support/udp-balancer';
import { startProcesses, type UpdraftProcesses } from '../support/updraft-processes';

const KEY = 'cd'.repeat(16);
const EACH = 6;
const names = (kind: string) => Array.from({ length: EACH }, (_, index) => `${kind}-${index}`);

let updraft: UpdraftProcesses;
let plain: UdpBalancer | undefined;
let secure: UdpBalancer | undefined;
const devices: Lwm2mDevice[] = [];

beforeEach(async () => {
  updraft = await startProcesses(['worker']);
  const ports: { coap: number; coaps: number }[] = [];
  for (const name of ['one', 'two']) {
    const [coap, coaps] = [await freeUdpPort('127.0.0.1'), await freeUdpPort('127.0.0.1')];
    await updraft.start('gateway', {
      UPDRAFT_GATEWAY_ID: `${updraft.productKey}-${name}`,
      UPDRAFT_MQTT_PORT: '0',
      UPDRAFT_COAP_PORT: `${coap}`,
      UPDRAFT_COAPS_PORT: `${coaps}`,
    });
    ports.push({ coap, coaps });
  }
  plain = await startUdpBalancer(ports.map(({ coap }) => coap));
  secure = await startUdpBalancer(ports.map(({ coaps }) => coaps));
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  plain?.close();
  secure?.close();
  await updraft.stop();
});

async function started(deviceName: string, more: { psk?: { identity: string; key: string } } = {}): Promise<Lwm2mDevice> {
  const server = more.psk ? `coaps://127.0.0.1:${secure?.port}` : `coap://127.0.0.1:${plain?.port}`;
  const device = new Lwm2mDevice(
    { dialect: 'LWM2M', deviceName, version: '1.0.0', ...more },
    { server, reconnectMs: 20 },
    undefined,
    createDtlsClient,
  );
  devices.push(device);
  await device.start();
  return device;
}

const registrations = () => updraft.store.collections.registrations.find().sort({ _id: 1 }).toArray();
const onlineCount = () => updraft.store.collections.devices.countDocuments({ online: true, productKey: { $in: ['taps', 'cells'] } });

test('R-DEV-2 two gateways behind a UDP balancer lose no registration when one is killed, and the other one goes on with each', async () => {
  const { core } = updraft;
  await core.products.create(operator, { key: 'taps', name: 'Taps', dialect: 'LWM2M', plainCoap: true });
  await core.products.create(operator, { key: 'cells', name: 'Cells', dialect: 'LWM2M' });
  await core.devices.register(
    operator,
    'taps',
    names('tap').map((deviceName) => ({ deviceName, lwm2m: { psks: [] } })),
  );
  const keyed = names('cell').map((deviceName) => ({ deviceName, psk: { identity: deviceName, key: KEY } }));
  await core.devices.register(
    operator,
    'cells',
    keyed.map(({ deviceName, psk }) => ({ deviceName, lwm2m: { psks: [psk] } })),
  );

  const taps = await Promise.all(names('tap').map((deviceName) => started(deviceName)));
  const cells = await Promise.all(keyed.map(({ deviceName, psk }) => started(deviceName, { psk })));
  const before = await registrations();
  expect(new Set(before.map(({ gatewayId }) => gatewayId)).size).toBe(2);
  expect(await onlineCount()).toBe(2 * EACH);

  await updraft.processes[1]?.kill();
  plain?.avoid(0);
  secure?.avoid(0);
  expect((await registrations()).map(({ registrationId }) => registrationId)).toEqual(before.map(({ registrationId }) => registrationId));

  // Without DTLS a device notices nothing: its Update is answered by the other gateway, under the registration that it has.
  expect(await Promise.all(taps.map((device) => device.update()))).toEqual(Array(EACH).fill('2.04'));
  const gateway = `${updraft.productKey}-two`;
  const moved = (await registrations()).filter(({ _id }) => _id.startsWith('taps.'));
  expect(moved.map(({ registrationId }) => registrationId)).toEqual(
    before.filter(({ _id }) => _id.startsWith('taps.')).map(({ registrationId }) => registrationId),
  );
  expect(moved.map(({ gatewayId }) => gatewayId)).toEqual(Array(EACH).fill(gateway));

  // A session was in the memory of the one that is gone, so a device with a key comes with a new one.
  await Promise.all(cells.map((device) => device.stop()));
  await Promise.all(keyed.map(({ deviceName, psk }) => started(deviceName, { psk })));
  expect((await registrations()).map(({ gatewayId }) => gatewayId)).toEqual(Array(2 * EACH).fill(gateway));
  expect(await onlineCount()).toBe(2 * EACH);
});
