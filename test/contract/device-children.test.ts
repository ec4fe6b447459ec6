import type { CoreParts } from '../../core/create-core';
import type { NewDevice } from '../../core/device-sets';
import type { Notification } from '../../core/ports';
import type { DeviceId } from '../../schema/model/ids';
import type { Store } from '../../schema/mongo/connect';
import { aNotifiedTask, aPackage, aTask } from '../support/builders';
import { handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { emptyStore, testStore } from '../support/store';

const clock = handClock();
const woken: string[] = [];
const engine = quietEngine({ wakeBatch: (batchId) => void woken.push(batchId) });
const HUB = 'meter.hub-1';
let store: Store;
let parts: CoreParts;

beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  woken.length = 0;
  parts = await meters(
    { store, engine, clock, limits: { gatewayChildren: 3 } },
    named(['hub-1', 'hub-2', 'dev-a', 'dev-b', 'dev-c', 'dev-d']),
  );
});
afterEach(() => emptyStore(store));
afterAll(() => store.close());

function present<T>(found: T | null): T {
  if (found === null) throw new Error('It is not there.');
  return found;
}
const ids = (...names: string[]): DeviceId[] => names.map((name) => `meter.${name}`);
const bind = (gateway: DeviceId | null, ...names: string[]) => parts.core.devices.setGateway(operator, ids(...names), gateway);
const device = async (name: string) => present(await parts.core.devices.get(`meter.${name}`));
const carriers = async (...names: string[]) =>
  (await parts.core.devices.getMany(ids(...names))).map((each) => (each?.online ? each.gatewayId : null));
const childrenOf = async (gateway: DeviceId) =>
  (await parts.core.devices.list({ parentId: gateway }, {})).rows.map(({ node }) => node.deviceName);
const taskOf = async (name: string) => present(await parts.core.tasks.get(`batch1.meter.${name}`));
const waiting = (name: string) =>
  aTask({ productKey: 'meter', deviceName: name, reachable: false, gatewayId: null, updatedAt: new Date(0) });

describe('R-FLOW-1 R-FLOW-2 devices behind a gateway', () => {
  test('they are put behind it and taken away again, in the order given, and it says how many they are', async () => {
    expect((await bind(HUB, 'dev-b', 'dev-a', 'dev-b')).map(({ _id, parentId }) => [_id, parentId])).toEqual([
      ['meter.dev-b', HUB],
      ['meter.dev-a', HUB],
    ]);
    expect(await childrenOf(HUB)).toEqual(['dev-a', 'dev-b']);
    expect(await parts.core.devices.credentials('meter', 'hub-1')).toMatchObject({ children: 2 });
    await bind('meter.hub-2', 'dev-a');
    expect([await childrenOf(HUB), await childrenOf('meter.hub-2')]).toEqual([['dev-b'], ['dev-a']]);
    expect(await bind(null, 'dev-b')).toEqual([expect.not.objectContaining({ parentId: expect.anything() })]);
    expect((await device('hub-1')).children).toBeUndefined();
  });

  test.each<[string, () => Promise<unknown>, { code: string; field?: string }[]]>([
    ['a gateway that is not there', () => bind('meter.nobody', 'dev-a', 'dev-b'), [{ code: 'DEVICE_UNKNOWN', field: 'gatewayId' }]],
    ['itself', () => bind(HUB, 'hub-1'), [{ code: 'GATEWAY_LEVELS', field: 'gatewayId' }]],
    [
      'a device that is a child',
      () => bind(HUB, 'dev-a').then(() => bind('meter.dev-a', 'dev-b')),
      [{ code: 'GATEWAY_LEVELS', field: 'gatewayId' }],
    ],
    [
      'a device that has children',
      () => bind(HUB, 'dev-a').then(() => bind('meter.hub-2', 'hub-1')),
      [{ code: 'GATEWAY_LEVELS', field: 'gatewayId' }],
    ],
    [
      'another dialect',
      () => parts.core.devices.update(operator, 'meter.dev-a', { dialect: 'IOTDA' }).then(() => bind(HUB, 'dev-a')),
      [{ code: 'GATEWAY_DIALECT', field: 'gatewayId' }],
    ],
    ['one more than a gateway may have', () => bind(HUB, 'dev-a', 'dev-b', 'dev-c', 'dev-d'), [{ code: 'TOO_MANY', field: 'gatewayId' }]],
    ['a device that is not there', () => bind(HUB, 'dev-a', 'nobody'), [{ code: 'DEVICE_UNKNOWN', field: 'deviceIds' }]],
    ['nobody', () => bind(HUB), [{ code: 'REQUIRED', field: 'deviceIds' }]],
    ['a viewer', () => parts.core.devices.setGateway(spectator, ids('dev-a'), HUB), [{ code: 'NOT_ALLOWED' }]],
  ])('refused, and nothing is changed: %s', async (_name, change, codes) => {
    expect(await refusal(change())).toEqual(codes);
    expect(await parts.core.devices.get('meter.dev-b')).not.toHaveProperty('parentId');
  });

  test('the bound holds exactly, and a dialect does not change on one side', async () => {
    await bind(HUB, 'dev-a', 'dev-b', 'dev-c');
    expect((await device('hub-1')).children).toBe(3);
    expect(await refusal(bind(HUB, 'dev-d'))).toEqual([{ code: 'TOO_MANY', field: 'gatewayId' }]);
    for (const name of ['hub-1', 'dev-a'])
      expect(await refusal(parts.core.devices.update(operator, `meter.${name}`, { dialect: 'IOTDA' }))).toEqual([
        { code: 'GATEWAY_DIALECT', field: 'dialect' },
      ]);
  });

  test('of bindings at the same moment that break a rule together only one is made', async () => {
    const both = await Promise.allSettled([bind(HUB, 'dev-a'), bind('meter.hub-2', 'hub-1')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await bind(null, 'dev-a', 'hub-1');
    const many = await Promise.allSettled([bind(HUB, 'dev-a', 'dev-b'), bind(HUB, 'dev-c', 'dev-d')]);
    expect(many.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await childrenOf(HUB)).toHaveLength(2);
  });

  test('R-DEV-6 registered with their gateway, which may be in the same list or of another product, or not at all', async () => {
    const register = (devices: NewDevice[]) => parts.core.devices.register(operator, 'meter', devices);
    await parts.core.products.create(operator, { key: 'gates', name: 'Gateways' });
    await parts.core.devices.register(operator, 'gates', [{ deviceName: 'gate' }]);
    await parts.core.devices.connected('gates.gate', 'gw-1', 's1');
    const made = await register([
      { deviceName: 'hub-9' },
      { deviceName: 'dev-x', gateway: { deviceName: 'hub-9' } },
      { deviceName: 'dev-y', gateway: { productKey: 'gates', deviceName: 'gate' } },
    ]);
    expect(made.map(({ parentId, online }) => [parentId, online])).toEqual([
      [undefined, false],
      ['meter.hub-9', false],
      ['gates.gate', true],
    ]);
    const chain = [
      { deviceName: 'dev-u' },
      { deviceName: 'dev-v', gateway: { deviceName: 'dev-x' } },
      { deviceName: 'dev-w', gateway: { deviceName: 'dev-q' } },
    ];
    expect(await refusal(register(chain))).toEqual([
      { code: 'GATEWAY_LEVELS', field: 'devices[1].gateway' },
      { code: 'DEVICE_UNKNOWN', field: 'devices[2].gateway' },
    ]);
    expect(await parts.core.devices.get('meter.dev-u')).toBeNull();
  });

  test('a device that is deleted is nobody’s child and nobody’s gateway any more', async () => {
    await bind(HUB, 'dev-a', 'dev-b');
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await parts.core.devices.delete(operator, ids('dev-a'));
    expect((await device('hub-1')).children).toBe(1);
    await parts.core.devices.delete(operator, [HUB]);
    expect(await device('dev-b')).toMatchObject({ online: false, sessionId: null });
    expect(await device('dev-b')).not.toHaveProperty('parentId');
  });

  test('who may speak through a gateway, and by which gateway a device is reached: enabled devices only', async () => {
    await bind(HUB, 'dev-a', 'dev-b');
    await parts.core.devices.setEnabled(operator, ids('dev-b'), false);
    expect(await parts.core.devices.childrenOf(HUB)).toEqual(ids('dev-a'));
    expect(await parts.core.devices.gatewaysOver(ids('dev-a', 'dev-b', 'dev-c'))).toEqual(new Map([['meter.dev-a', HUB]]));
  });
});

describe('R-DEV-2 a device behind a gateway is on-line with it', () => {
  beforeEach(() => bind(HUB, 'dev-a', 'dev-b'));

  test('it comes, is taken over by another process, and goes', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    expect(await carriers('hub-1', 'dev-a', 'dev-b', 'dev-c')).toEqual(['gw-1', 'gw-1', 'gw-1', null]);
    await parts.core.devices.connected(HUB, 'gw-2', 's2');
    expect(await carriers('dev-a', 'dev-b')).toEqual(['gw-2', 'gw-2']);
    await parts.core.devices.disconnected(HUB, 's1');
    expect(await carriers('dev-a', 'dev-b')).toEqual(['gw-2', 'gw-2']);
    await parts.core.devices.disconnected(HUB, 's2');
    expect(await carriers('hub-1', 'dev-a', 'dev-b')).toEqual([null, null, null]);
  });

  test('its process starts anew', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await parts.core.devices.gatewayReset('gw-1');
    expect(await carriers('hub-1', 'dev-a', 'dev-b')).toEqual([null, null, null]);
  });

  test('one that is bound while the gateway is connected comes then, one that is unbound goes then', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    expect(await bind(HUB, 'dev-c')).toMatchObject([{ online: true }]);
    expect(await bind('meter.hub-2', 'dev-a')).toMatchObject([{ online: false }]);
    await bind(null, 'dev-b');
    expect(await carriers('dev-a', 'dev-b', 'dev-c')).toEqual([null, null, 'gw-1']);
  });

  test('disabled and enabled, itself or its gateway', async () => {
    const enable = (name: string, enabled: boolean) => parts.core.devices.setEnabled(operator, ids(name), enabled);
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await enable('dev-a', false);
    expect(await carriers('hub-1', 'dev-a', 'dev-b')).toEqual(['gw-1', null, 'gw-1']);
    await enable('dev-a', true);
    expect(await carriers('dev-a')).toEqual(['gw-1']);
    await enable('hub-1', false);
    expect(await carriers('dev-a', 'dev-b')).toEqual([null, null]);
    await enable('hub-1', true);
    expect(await carriers('dev-a', 'dev-b')).toEqual(['gw-1', 'gw-1']);
  });

  test('a connection of its own wins while it lasts', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await parts.core.devices.connected('meter.dev-a', 'gw-2', 'own');
    expect(await carriers('dev-a', 'dev-b')).toEqual(['gw-2', 'gw-1']);
    await parts.core.devices.disconnected(HUB, 's1');
    expect(await carriers('dev-a', 'dev-b')).toEqual(['gw-2', null]);
    await parts.core.devices.connected(HUB, 'gw-1', 's2');
    expect(await carriers('dev-a', 'dev-b')).toEqual(['gw-2', 'gw-1']);
    await parts.core.devices.disconnected('meter.dev-a', 'own');
    expect(await carriers('dev-a')).toEqual(['gw-1']);
  });

  test('behind a broker that keeps the connections a gateway brings nobody on-line', async () => {
    await parts.core.devices.connected(HUB, 'broker/main', 's1');
    expect(await carriers('hub-1', 'dev-a')).toEqual(['broker/main', null]);
  });

  test('whatever overtakes what, they end as their gateway does', async () => {
    const sessions = Array.from({ length: 8 }, (_, index) => [`gw-${index % 3}`, `s${index}`] as const);
    await Promise.all(
      sessions.flatMap(([gatewayId, sessionId]) => [
        parts.core.devices.connected(HUB, gatewayId, sessionId),
        parts.core.devices.disconnected(HUB, sessionId),
      ]),
    );
    expect(await carriers('dev-a', 'dev-b')).toEqual(await carriers('hub-1', 'hub-1'));
    await parts.core.devices.connected(HUB, 'gw-9', 'last');
    expect(await carriers('dev-a', 'dev-b')).toEqual(['gw-9', 'gw-9']);
  });
});

describe('R-TASK-7 tasks of devices behind a gateway', () => {
  beforeEach(async () => {
    await bind(HUB, 'dev-a', 'dev-b');
    await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
    await store.collections.tasks.insertMany([waiting('dev-a'), { ...waiting('dev-b'), batchId: 'batch2', _id: 'batch2.meter.dev-b' }]);
  });

  test('all wake when it connects, each batch once, and wait when it goes', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    expect(await taskOf('dev-a')).toMatchObject({ reachable: true, gatewayId: 'gw-1', offerAt: clock() });
    expect(woken.sort()).toEqual(['batch1', 'batch2']);
    await parts.core.devices.disconnected(HUB, 's1');
    expect(await taskOf('dev-a')).toMatchObject({ reachable: false, gatewayId: null });
    await parts.core.devices.connected(HUB, 'gw-1', 's2');
    await parts.core.devices.gatewayReset('gw-1');
    expect(await taskOf('dev-a')).toMatchObject({ reachable: false, gatewayId: null });
  });

  test('an unfinished one is notified again when its gateway comes back', async () => {
    await store.collections.tasks.deleteMany({});
    await store.collections.tasks.insertOne(aNotifiedTask({ productKey: 'meter', deviceName: 'dev-a', reachable: false, gatewayId: null }));
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    expect(await taskOf('dev-a')).toMatchObject({ status: 'NOTIFIED', reachable: true, offerAt: clock() });
  });

  test('one that is bound wakes, one that is disabled or unbound waits', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await parts.core.devices.setEnabled(operator, ids('dev-a'), false);
    expect(await taskOf('dev-a')).toMatchObject({ reachable: false });
    await parts.core.devices.setEnabled(operator, ids('dev-a'), true);
    expect(await taskOf('dev-a')).toMatchObject({ reachable: true });
    await bind(null, 'dev-a');
    expect(await taskOf('dev-a')).toMatchObject({ reachable: false });
    woken.length = 0;
    await bind(HUB, 'dev-a');
    expect(await taskOf('dev-a')).toMatchObject({ reachable: true, gatewayId: 'gw-1' });
    expect(woken).toEqual(['batch1']);
  });

  test.each<[string, { online: boolean; gatewayId: string | null; sessionId: string | null }, string | null]>([
    ['came', { online: true, gatewayId: 'gw-1', sessionId: 's9' }, 'gw-1'],
    ['went', { online: false, gatewayId: null, sessionId: null }, null],
  ])('a process that dies when its gateway %s, before its children were told: the scan finds it', async (_what, presence, gatewayId) => {
    if (gatewayId === null) await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await store.collections.devices.updateOne({ _id: HUB }, { $set: presence });
    await store.collections.tasks.updateMany({}, { $set: { updatedAt: new Date(0) } });
    await parts.batchTasks.reconcile('batch1', () => {});
    expect(await carriers('dev-a', 'dev-b')).toEqual([gatewayId, gatewayId]);
    expect(await taskOf('dev-a')).toMatchObject({ reachable: gatewayId !== null, gatewayId });
  });
});

describe('R-BAT-1 what a batch pushes goes to the gateway', () => {
  const sent: [DeviceId, DeviceId | undefined][] = [];
  const link = {
    gatewayId: 'gw-1',
    isConnected: (id: DeviceId) => id === HUB || id === 'meter.dev-c',
    notify: async ({ deviceId }: Notification, gateway?: DeviceId) => Boolean(sent.push([deviceId, gateway])),
    queryVersion: async (deviceId: DeviceId, gateway?: DeviceId) => Boolean(sent.push([deviceId, gateway])),
  };

  test('once for each device; one that has neither connection nor gateway waits', async () => {
    sent.length = 0;
    await bind(HUB, 'dev-a', 'dev-b');
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await parts.core.devices.connected('meter.dev-c', 'gw-1', 's2');
    await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
    const { _id } = await parts.core.batches.createStatic(operator, {
      packageId: 'package1',
      scope: { kind: 'targeted', deviceNames: ['dev-a', 'dev-b', 'dev-c', 'dev-d'] },
      policy: { rate: { kind: 'constant', perMinute: 10_000 }, retry: null, timeoutMinutes: null },
    });
    await parts.lifecycle.select(_id);
    expect((await parts.batchTasks.due(_id, 10)).groups).toMatchObject([{ gatewayId: 'gw-1', taskIds: { length: 3 } }]);
    const taskIds = ids('dev-a', 'dev-b', 'dev-c', 'dev-d').map((id) => `${_id}.${id}`);
    expect(await parts.offersOver(link)({ batchId: _id, taskIds, intervalMs: 1 })).toBe(3);
    expect(sent.sort()).toEqual([
      ['meter.dev-a', HUB],
      ['meter.dev-b', HUB],
      ['meter.dev-c', undefined],
    ]);
  });
});
