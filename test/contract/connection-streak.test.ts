import { createDeviceService } from '../../core/devices/service';
import { NO_MEMBERSHIPS } from '../../core/memberships/memberships';
import { createProductService } from '../../core/products/service';
import { operator, productParts, settingsWith } from '../support/core-parts';
import { BY_ANOTHER_VERSION, useStore } from '../support/store';

const ID = 'meter.dev-1';
let now = new Date('2026-01-01T00:00:00Z');
const clock = () => now;
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};

const store = useStore({ keepsDocuments: true });
let devices: ReturnType<typeof createDeviceService>;
beforeAll(async () => {
  const common = { settings: settingsWith(), clock, ...productParts(store, clock) };
  await createProductService({ collections: store.collections, ...common }).create(operator, { key: 'meter', name: 'Water meter' });
  devices = createDeviceService({ store, memberships: NO_MEMBERSHIPS, ...common });
  await devices.register(operator, 'meter', [{ deviceName: 'dev-1' }]);
});

const streak = async () => (await devices.get(ID))?.streak;

test('R-DEV-2 connections that follow each other within a minute are counted, and which of them took another one’s place', async () => {
  const begin = now;
  await devices.connected(ID, 'gw-1', 's1');
  expect(await streak()).toEqual({ since: begin, connections: 1, takeovers: 0 });
  later(10);
  await devices.disconnected(ID, 's1');
  later(10);
  await devices.connected(ID, 'gw-1', 's2');
  // At another gateway, while the first one has it still; and at the same one, which says so.
  await devices.connected(ID, 'gw-2', 's3');
  await devices.disconnected(ID, 's3');
  await devices.connected(ID, 'gw-2', 's4', undefined, true);
  expect(await streak()).toEqual({ since: begin, connections: 4, takeovers: 2 });
});

test('R-DEV-2 a connection that has been there all the time, or was made off-line by mistake, counts for nothing', async () => {
  const before = await streak();
  await devices.gatewayReset('gw-2');
  await devices.stillConnected(ID, 'gw-2', 's4');
  expect(await streak()).toEqual(before);
});

test('R-DEV-2 after a minute in which nothing happened it begins anew', async () => {
  later(61);
  await devices.connected(ID, '$gw', '$s5');
  expect(await streak()).toEqual({ since: now, connections: 1, takeovers: 1 });
  expect(await devices.get(ID)).toMatchObject({ gatewayId: '$gw', sessionId: '$s5', online: true });
});

test('R-DEV-2 each change of presence is counted, and a reset leaves alone who has connected since', async () => {
  const revision = async () => (await devices.get(ID))?.presenceRevision ?? 0;
  const before = await revision();
  await devices.gatewayReset('$gw', new Date(now.getTime() - 1));
  expect([await revision(), (await devices.get(ID))?.online]).toEqual([before, true]);
  await devices.gatewayReset('$gw', now);
  expect([await revision(), (await devices.get(ID))?.online]).toEqual([before + 1, false]);
});

test('R-DEV-2 a reset means whoever is on-line with no time of connecting, too', async () => {
  await store.collections.devices.updateOne(
    { _id: ID },
    { $set: { online: true, gatewayId: '$gw' }, $unset: { onlineChangedAt: true } },
    BY_ANOTHER_VERSION,
  );
  await devices.gatewayReset('$gw', now);
  expect(await devices.get(ID)).toMatchObject({ online: false, gatewayId: null });
});
