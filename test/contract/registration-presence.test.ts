import { createCore } from '../../core/create-core';
import type { Store } from '../../schema/mongo/connect';
import { aNotifiedTask, aPackage } from '../support/builders';
import { MASTER_KEY, operator, settingsWith } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { type Gateways, idOf, startGateways } from '../support/lwm2m-gateways';
import { quietEngine } from '../support/quiet-engine';
import { emptyStore, testStore } from '../support/store';

let store: Store;
let gateways: Gateways;

beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  gateways = startGateways(store);
  await gateways.addDevices('m1', 'm2', 'm3');
});
afterEach(async () => {
  await Promise.all([gateways.gw1.registrations.close(), gateways.gw2.registrations.close()]);
  await emptyStore(store);
});
afterAll(() => store.close());

const online = async (...names: string[]) => (await Promise.all(names.map(gateways.device))).map((device) => device.online);
const QUEUE = { queueMode: true } as const;

describe('R-DEV-2 with queue mode', () => {
  test('a device that sleeps is off-line and registered; its next Update wakes it', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1', QUEUE));
    gateways.clock.advance(92_999);
    await gateways.gw1.registrations.endDue();
    expect(await online('m1')).toEqual([true]);
    gateways.clock.advance(1);
    await gateways.gw2.registrations.endDue();
    expect(await gateways.device('m1')).toMatchObject({ online: false, gatewayId: null, presenceRevision: 2 });
    expect(await gateways.gw1.registrations.registrationOf(idOf('m1'))).toMatchObject({ registrationId: id, online: false });
    gateways.accepted(await gateways.gw1.update(id));
    expect(await gateways.device('m1')).toMatchObject({ online: true, gatewayId: 'gw-1', presenceRevision: 3 });
    expect(gateways.told).toEqual(['m1 came', 'm1 went', 'm1 came']);
    // Waking up is no connection that comes again and again.
    expect(await gateways.device('m1')).toMatchObject({ streak: { connections: 1 } });
  });

  test('while one that wakes is written, the Updates of others have their answers', async () => {
    const waking = gateways.accepted(await gateways.gw1.register('m1', QUEUE));
    const awake = gateways.accepted(await gateways.gw1.register('m2'));
    gateways.clock.advance(93_000);
    await gateways.gw1.registrations.endDue();
    let goOn = (): void => undefined;
    gateways.newsWait = new Promise((resolve) => {
      goOn = resolve;
    });
    let isOver = false;
    const woken = gateways.gw1.update(waking).finally(() => {
      isOver = true;
    });
    const { address, port } = await gateways.registration('m2');
    for (let repeat = 0; repeat < 3; repeat += 1) gateways.accepted(await gateways.gw1.update(awake, { peer: { address, port } }));
    expect(isOver).toBe(false);
    goOn();
    gateways.accepted(await woken);
    expect(await online('m1', 'm2')).toEqual([true, true]);
  });

  test('whatever it sends wakes it, or lengthens its window, with one write for all devices', async () => {
    const ids = [];
    for (const name of ['m1', 'm2', 'm3']) ids.push(gateways.accepted(await gateways.gw1.register(name, QUEUE)));
    gateways.clock.advance(93_000);
    await gateways.gw1.registrations.endDue();
    const { registrations } = gateways.gw1;
    for (const id of ids) for (let repeat = 0; repeat < 20; repeat += 1) registrations.heard(id, 'gw-1');
    await registrations.close();
    expect(await online('m1', 'm2', 'm3')).toEqual([true, true, true]);
    expect(await gateways.registration('m1')).toMatchObject({ revision: 3, reachableUntil: new Date(gateways.clock().getTime() + 93_000) });
    gateways.clock.advance(50_000);
    registrations.heard(ids[0] as string, 'gw-1');
    await registrations.close();
    gateways.clock.advance(43_000);
    await gateways.gw2.registrations.endDue();
    expect(await online('m1', 'm2', 'm3')).toEqual([true, false, false]);
  });

  test('what was heard before the process ends is written, and what comes by another gateway wakes nobody', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1', QUEUE));
    gateways.clock.advance(93_000);
    await gateways.gw1.registrations.endDue();
    gateways.gw2.registrations.heard(id, 'gw-2');
    await gateways.gw2.registrations.close();
    expect(await online('m1')).toEqual([false]);
    gateways.gw1.registrations.heard(id, 'gw-1');
    gateways.gw1.registrations.heard('never-made', 'gw-1');
    await gateways.gw1.registrations.close();
    expect(await online('m1')).toEqual([true]);
  });

  test('a request without an answer puts it to sleep, unless something was heard since that is not written yet', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1', QUEUE));
    const sentAt = gateways.clock();
    gateways.clock.advance(62_000);
    gateways.gw1.registrations.heard(id, 'gw-1');
    await gateways.gw1.registrations.unanswered(id, 'gw-1', sentAt);
    expect(await online('m1')).toEqual([true]);
    // By now it is being written: what comes after it is to come after it in the store as well.
    await gateways.gw1.registrations.close();
    await gateways.gw1.registrations.unanswered(id, 'gw-1', gateways.clock());
    await gateways.gw1.registrations.unanswered(id, 'gw-1', gateways.clock());
    expect(await online('m1')).toEqual([false]);
    await gateways.gw1.registrations.unanswered('never-made', 'gw-1', sentAt);
  });
});

describe('a lifetime that ends', () => {
  test('ends the registration and the presence, for many devices and by several processes at once', async () => {
    const names = Array.from({ length: 700 }, (_, index) => `bulk${index}`);
    await gateways.addDevices(...names);
    await Promise.all(names.map((name, index) => gateways.gw1.register(name, { lifetimeSeconds: 60, queueMode: index % 2 === 0 })));
    expect(await store.collections.devices.countDocuments({ online: true })).toBe(700);
    gateways.clock.advance(89_999);
    await gateways.gw1.registrations.endDue();
    expect(await store.collections.registrations.countDocuments()).toBe(700);
    gateways.clock.advance(1);
    gateways.told.length = 0;
    await Promise.all([gateways.gw1.registrations.endDue(), gateways.gw2.registrations.endDue(), gateways.gw1.registrations.endDue()]);
    expect(await store.collections.registrations.countDocuments()).toBe(0);
    expect(await store.collections.devices.countDocuments({ online: true })).toBe(0);
    expect(await store.collections.devices.countDocuments({ presenceRevision: 2 })).toBe(700);
    expect(new Set(gateways.told).size).toBe(700);
  });

  test('stops where it is told to', async () => {
    gateways.accepted(await gateways.gw1.register('m1', { lifetimeSeconds: 1 }));
    gateways.clock.advance(31_000);
    await gateways.gw1.registrations.endDue(AbortSignal.abort());
    expect(await online('m1')).toEqual([true]);
  });
});

describe('R-DEV-2 a gateway that starts anew', () => {
  beforeEach(async () => {
    gateways.accepted(await gateways.gw1.register('m1'));
    gateways.accepted(await gateways.gw1.register('m2', QUEUE));
    gateways.accepted(await gateways.gw1.register('m3', { identity: 'psk-m3' }));
  });

  test('has lost its DTLS sessions, and no registration; devices without DTLS are where they were', async () => {
    const before = await gateways.device('m1');
    await gateways.gw1.devices.gatewayReset('gw-1');
    await gateways.gw1.devices.gatewayReset('gw-1');
    expect(await online('m1', 'm2', 'm3')).toEqual([true, true, false]);
    expect(await gateways.device('m1')).toEqual(before);
    expect(await gateways.gw1.registrations.reachAgain('gw-1')).toBe(0);
    const { registrationId } = await gateways.registration('m3');
    gateways.accepted(await gateways.gw1.update(registrationId, { identity: 'psk-m3' }));
    expect(await online('m1', 'm2', 'm3')).toEqual([true, true, true]);
  });

  test('reaches whom it still may, after it was taken for dead', async () => {
    gateways.clock.advance(80_000);
    await gateways.gw2.devices.gatewayReset('gw-1', gateways.clock());
    expect(await online('m1', 'm2', 'm3')).toEqual([false, false, false]);
    expect(await store.collections.registrations.countDocuments()).toBe(3);
    gateways.clock.advance(13_000);
    await gateways.gw1.devices.gatewayReset('gw-1');
    expect(await gateways.gw1.registrations.reachAgain('gw-1')).toBe(1);
    expect(await gateways.gw1.registrations.reachAgain('gw-1')).toBe(0);
    expect(await online('m1', 'm2', 'm3')).toEqual([true, false, false]);
  });

  test('one that was taken for dead and lives reaches its DTLS sessions as well, and who was heard since then stays', async () => {
    gateways.clock.advance(10_000);
    const silentSince = gateways.clock();
    gateways.clock.advance(10_000);
    await gateways.gw1.register('m1');
    await gateways.gw2.devices.gatewayReset('gw-1', silentSince);
    expect(await online('m1', 'm2', 'm3')).toEqual([true, false, false]);
    expect(await gateways.gw1.registrations.reachAgain('gw-1')).toBe(2);
    expect(await online('m1', 'm2', 'm3')).toEqual([true, true, true]);
  });
});

test('R-DEV-2 two gateways behind a balancer lose no registration when one is killed: the other takes over with the next Update', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `lb${index}`);
  await gateways.addDevices(...names);
  const made = await Promise.all(
    names.map((name, index) => (index % 2 ? gateways.gw1 : gateways.gw2).register(name, { queueMode: index % 4 < 2 })),
  );
  const ids = made.map(gateways.accepted);
  gateways.clock.advance(60_000);
  // gw-1 is killed here: whatever it had in memory is gone, and a batch finds it silent.
  await gateways.gw2.devices.gatewayReset('gw-1', gateways.clock());
  expect(await store.collections.registrations.countDocuments()).toBe(40);
  expect(await store.collections.devices.countDocuments({ online: true, gatewayId: 'gw-2' })).toBe(20);
  const updates = await Promise.all(
    ids.map((id, index) => gateways.gw2.update(id, { peer: { address: '192.0.2.200', port: 2_000 + index } })),
  );
  expect(updates.map(gateways.accepted)).toEqual(ids);
  expect(await store.collections.devices.countDocuments({ online: true, gatewayId: 'gw-2' })).toBe(40);
  // It starts again, and has nobody.
  await gateways.gw1.devices.gatewayReset('gw-1');
  expect(await gateways.gw1.registrations.reachAgain('gw-1')).toBe(0);
  expect(await store.collections.devices.countDocuments({ online: true, gatewayId: 'gw-2' })).toBe(40);
});

test('R-TASK-7 a batch hears of devices that come and go, with the revision of their presence', async () => {
  const woken: string[] = [];
  const engine = quietEngine({ wakeBatch: (id) => void woken.push(id) });
  const { collections } = store;
  const parts = await createCore({
    store,
    engine,
    clock: gateways.clock,
    files: fakePackageStore(),
    settings: settingsWith(),
    masterKeys: [MASTER_KEY],
  });
  await collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  await collections.tasks.insertOne(
    aNotifiedTask({ productKey: 'meter', deviceName: 'm1', reachable: false, gatewayId: null, updatedAt: new Date(0) }),
  );
  const task = () => collections.tasks.findOne({ deviceId: idOf('m1') });
  gateways.accepted(await gateways.gw1.register('m1', QUEUE));
  // The lifetime goes on in another process, which tells the tasks.
  gateways.clock.advance(93_000);
  await parts.endRegistrations();
  expect(await task()).toMatchObject({ reachable: false, presenceRevision: 2 });
  await gateways.gw2.devices.gatewayReset('gw-1', gateways.clock());
  await collections.registrations.updateOne({}, { $set: { reachableUntil: new Date(gateways.clock().getTime() + 5_000) } });
  expect(await parts.core.registrations.reachAgain('gw-1')).toBe(1);
  expect(await task()).toMatchObject({ reachable: true, gatewayId: 'gw-1', presenceRevision: 3 });
  expect(woken).toEqual(['batch1']);
  await parts.close();
});

test('R-FLOW-7 R-DEV-2 a device of a product registers by the names that people gave it, and is gone when they take its key away', async () => {
  const parts = await createCore({
    ...{ store, clock: gateways.clock, files: fakePackageStore(), settings: settingsWith(), masterKeys: [MASTER_KEY] },
    engine: quietEngine({}),
  });
  const { products, devices, registrations } = parts.core;
  await products.create(operator, { key: 'cells', name: 'Cells', dialect: 'LWM2M', awakeSeconds: 5 });
  const psks = [{ identity: 'id-1', key: 'ab'.repeat(32) }];
  await devices.register(operator, 'cells', [{ deviceName: 'cell-1', lwm2m: { endpoint: 'urn:imei:1', psks } }]);
  const said = { endpoint: 'urn:imei:1', version: '1.1', lifetimeSeconds: 60, binding: 'U', queueMode: true } as const;
  const where = { gatewayId: 'gw-1', peer: { address: '192.0.2.1', port: 1 } };
  expect(await registrations.register({ ...said, ...where, identity: null })).toEqual({ refused: 'plain_not_allowed' });
  const answer = await registrations.register({ ...said, ...where, identity: 'id-1' });
  const reachableUntil = new Date(gateways.clock().getTime() + 5_000);
  expect(answer).toMatchObject({ deviceId: 'cells.cell-1', registration: { endpoint: 'urn:imei:1', reachableUntil } });
  expect(await devices.get('cells.cell-1')).toMatchObject({ online: true, gatewayId: 'gw-1' });
  await devices.setLwm2mIdentities(operator, [{ deviceId: 'cells.cell-1', psks: [{ identity: 'id-2', key: 'cd'.repeat(32) }] }]);
  expect(await registrations.registrationOf('cells.cell-1')).toBeNull();
  expect(await devices.get('cells.cell-1')).toMatchObject({ online: false });
  expect(await registrations.register({ ...said, ...where, identity: 'id-1' })).toEqual({ refused: 'wrong_identity' });
  gateways.accepted(await registrations.register({ ...said, ...where, endpoint: null, identity: 'id-2' }));
  await parts.close();
});
