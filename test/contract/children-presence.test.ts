import type { CoreParts } from '../../core/core-parts';
import type { Notification } from '../../core/ports';
import type { DeviceId } from '../../schema/model/ids';
import { aNotifiedTask, aPackage, aTask } from '../support/builders';
import { operator } from '../support/core-parts';
import { HUB, type Hub, ids, startHub } from '../support/hub';
import { useStore } from '../support/store';

const store = useStore();
let parts: CoreParts;
let hub: Hub;

beforeEach(async () => {
  hub = await startHub(store);
  parts = hub.parts;
});

const bind: Hub['bind'] = (...args) => hub.bind(...args);
const gatewayIds: Hub['gatewayIds'] = (...names) => hub.gatewayIds(...names);
const taskOf = (name: string) => hub.taskOf(name);
const waiting = (name: string) =>
  aTask({ productKey: 'meter', deviceName: name, reachable: false, gatewayId: null, updatedAt: new Date(0) });

describe('R-DEV-2 a child is on-line with it', () => {
  beforeEach(() => bind(HUB, 'dev-a', 'dev-b'));

  test('it comes, is taken over by another process, and goes', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    expect(await gatewayIds('hub-1', 'dev-a', 'dev-b', 'dev-c')).toEqual(['gw-1', 'gw-1', 'gw-1', null]);
    await parts.core.devices.connected(HUB, 'gw-2', 's2');
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual(['gw-2', 'gw-2']);
    await parts.core.devices.disconnected(HUB, 's1');
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual(['gw-2', 'gw-2']);
    await parts.core.devices.disconnected(HUB, 's2');
    expect(await gatewayIds('hub-1', 'dev-a', 'dev-b')).toEqual([null, null, null]);
  });

  test('its process starts anew', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await parts.core.devices.gatewayReset('gw-1');
    expect(await gatewayIds('hub-1', 'dev-a', 'dev-b')).toEqual([null, null, null]);
  });

  test('one that is bound while the parent is connected comes then, one that is unbound goes then', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    expect(await bind(HUB, 'dev-c')).toMatchObject([{ online: true }]);
    expect(await bind('meter.hub-2', 'dev-a')).toMatchObject([{ online: false }]);
    await bind(null, 'dev-b');
    expect(await gatewayIds('dev-a', 'dev-b', 'dev-c')).toEqual([null, null, 'gw-1']);
  });

  test('disabled and enabled, itself or its parent', async () => {
    const enable = (name: string, enabled: boolean) => parts.core.devices.setEnabled(operator, ids(name), enabled);
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await enable('dev-a', false);
    expect(await gatewayIds('hub-1', 'dev-a', 'dev-b')).toEqual(['gw-1', null, 'gw-1']);
    await enable('dev-a', true);
    expect(await gatewayIds('dev-a')).toEqual(['gw-1']);
    await enable('hub-1', false);
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual([null, null]);
    await enable('hub-1', true);
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual(['gw-1', 'gw-1']);
  });

  test('a connection of its own wins while it lasts', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await parts.core.devices.connected('meter.dev-a', 'gw-2', 'own');
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual(['gw-2', 'gw-1']);
    await parts.core.devices.disconnected(HUB, 's1');
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual(['gw-2', null]);
    await parts.core.devices.connected(HUB, 'gw-1', 's2');
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual(['gw-2', 'gw-1']);
    await parts.core.devices.disconnected('meter.dev-a', 'own');
    expect(await gatewayIds('dev-a')).toEqual(['gw-1']);
  });

  test('behind a broker that keeps the connections a Link parent brings nobody on-line', async () => {
    await parts.core.devices.connected(HUB, 'broker/main', 's1');
    expect(await gatewayIds('hub-1', 'dev-a')).toEqual(['broker/main', null]);
  });

  test('whatever overtakes what, they end as their parent does', async () => {
    const sessions = Array.from({ length: 8 }, (_, index) => [`gw-${index % 3}`, `s${index}`] as const);
    await Promise.all(
      sessions.flatMap(([gatewayId, sessionId]) => [
        parts.core.devices.connected(HUB, gatewayId, sessionId),
        parts.core.devices.disconnected(HUB, sessionId),
      ]),
    );
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual(await gatewayIds('hub-1', 'hub-1'));
    await parts.core.devices.connected(HUB, 'gw-9', 'last');
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual(['gw-9', 'gw-9']);
  });
});

describe('R-DEV-2 R-FLOW-2 a child of an IoTDA device is on-line with it at a broker that keeps the connections, too', () => {
  const BROKER = 'broker/main';
  const heard = (deviceId: DeviceId, sessionId: string | null) =>
    parts.core.devices.heard({ deviceId, dialect: 'IOTDA', gatewayId: BROKER, sessionId });
  const session = async (name: string) => (await hub.device(name)).sessionId;

  beforeEach(async () => {
    await store.collections.devices.updateMany({}, { $set: { dialect: 'IOTDA' } });
    await bind(HUB, 'dev-a', 'dev-b');
    await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
    await store.collections.tasks.insertOne({ ...waiting('dev-a'), dialect: 'IOTDA' });
  });

  test('its first message brings them, no further one changes anything, and they go when nobody finds it', async () => {
    await heard(HUB, 'm1');
    expect(await gatewayIds('hub-1', 'dev-a', 'dev-b', 'dev-c')).toEqual([BROKER, BROKER, BROKER, null]);
    expect(await taskOf('dev-a')).toMatchObject({ reachable: true, gatewayId: BROKER });
    expect(hub.woken).toEqual(['batch1']);
    const [device, task] = [await hub.device('dev-a'), await taskOf('dev-a')];
    await heard(HUB, 'm2');
    await parts.core.devices.followParentsOf(ids('dev-a', 'dev-b'));
    expect([await hub.device('dev-a'), await taskOf('dev-a')]).toEqual([device, task]);
    expect(hub.woken).toEqual(['batch1']);
    expect(await parts.core.devices.left(HUB, BROKER, { is: 'm1' })).toBe(false);
    expect(await parts.core.devices.left(HUB, BROKER, { is: 'm2' })).toBe(true);
    expect(await gatewayIds('hub-1', 'dev-a', 'dev-b')).toEqual([null, null, null]);
    expect(await taskOf('dev-a')).toMatchObject({ reachable: false, gatewayId: null });
  });

  test("with the broker's events: a connection brings them, another one wakes them again, and its end takes them", async () => {
    await parts.core.devices.connected(HUB, BROKER, 't1');
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual([BROKER, BROKER]);
    await parts.core.devices.connected(HUB, BROKER, 't3');
    expect(hub.woken).toEqual(['batch1', 'batch1']);
    await parts.core.devices.left(HUB, BROKER, { until: 't2' });
    expect(await gatewayIds('dev-a')).toEqual([BROKER]);
    await parts.core.devices.left(HUB, BROKER, { until: 't4' });
    expect(await gatewayIds('hub-1', 'dev-a', 'dev-b')).toEqual([null, null, null]);
  });

  test('a connection of its own wins while it lasts, and the parent is there after it', async () => {
    await heard(HUB, 'm1');
    await heard('meter.dev-a', 'own');
    expect(await session('dev-a')).toBe('own');
    await heard(HUB, 'm2');
    await parts.core.devices.left(HUB, BROKER, { is: 'm2' });
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual([BROKER, null]);
    await heard(HUB, 'm3');
    expect(await parts.core.devices.left('meter.dev-a', BROKER, { is: 'own' })).toBe(false);
    expect(await session('dev-a')).toBe(await session('dev-b'));
  });

  test('bound, unbound, disabled and enabled while the parent is connected', async () => {
    const enable = (name: string, enabled: boolean) => parts.core.devices.setEnabled(operator, ids(name), enabled);
    await heard(HUB, 'm1');
    await bind(HUB, 'dev-c');
    await bind(null, 'dev-b');
    expect(await gatewayIds('dev-b', 'dev-c')).toEqual([null, BROKER]);
    await enable('dev-a', false);
    expect(await gatewayIds('dev-a', 'dev-c')).toEqual([null, BROKER]);
    await enable('hub-1', false);
    expect(await gatewayIds('dev-c')).toEqual([null]);
    await enable('hub-1', true);
    expect(await gatewayIds('dev-a', 'dev-c')).toEqual([null, BROKER]);
  });

  test('what a killed process left is made right by the scan', async () => {
    await heard(HUB, 'm1');
    await store.collections.devices.updateOne({ _id: HUB }, { $set: { online: false, gatewayId: null, sessionId: null } });
    await parts.core.devices.followParentsOf(ids('dev-a'));
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual([null, null]);
    await store.collections.devices.updateOne({ _id: HUB }, { $set: { online: true, gatewayId: BROKER, sessionId: 'm2' } });
    await parts.core.devices.followParentsOf(ids('dev-b'));
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual([BROKER, BROKER]);
  });
});

describe('R-TASK-7 tasks of children', () => {
  beforeEach(async () => {
    await bind(HUB, 'dev-a', 'dev-b');
    await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
    await store.collections.tasks.insertMany([waiting('dev-a'), { ...waiting('dev-b'), batchId: 'batch2', _id: 'batch2.meter.dev-b' }]);
  });

  test('all wake when it connects, each batch once, and wait when it goes', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    expect(await taskOf('dev-a')).toMatchObject({ reachable: true, gatewayId: 'gw-1', offerAt: hub.clock() });
    expect(hub.woken.sort()).toEqual(['batch1', 'batch2']);
    await parts.core.devices.disconnected(HUB, 's1');
    expect(await taskOf('dev-a')).toMatchObject({ reachable: false, gatewayId: null });
    await parts.core.devices.connected(HUB, 'gw-1', 's2');
    await parts.core.devices.gatewayReset('gw-1');
    expect(await taskOf('dev-a')).toMatchObject({ reachable: false, gatewayId: null });
  });

  test('an unfinished one is notified again when its parent comes back', async () => {
    await store.collections.tasks.deleteMany({});
    await store.collections.tasks.insertOne(aNotifiedTask({ productKey: 'meter', deviceName: 'dev-a', reachable: false, gatewayId: null }));
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    expect(await taskOf('dev-a')).toMatchObject({ status: 'NOTIFIED', reachable: true, offerAt: hub.clock() });
  });

  test('one that is bound wakes, one that is disabled or unbound waits', async () => {
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await parts.core.devices.setEnabled(operator, ids('dev-a'), false);
    expect(await taskOf('dev-a')).toMatchObject({ reachable: false });
    await parts.core.devices.setEnabled(operator, ids('dev-a'), true);
    expect(await taskOf('dev-a')).toMatchObject({ reachable: true });
    await bind(null, 'dev-a');
    expect(await taskOf('dev-a')).toMatchObject({ reachable: false });
    hub.woken.length = 0;
    await bind(HUB, 'dev-a');
    expect(await taskOf('dev-a')).toMatchObject({ reachable: true, gatewayId: 'gw-1' });
    expect(hub.woken).toEqual(['batch1']);
  });

  test.each<[string, { online: boolean; gatewayId: string | null; sessionId: string | null }, string | null]>([
    ['came', { online: true, gatewayId: 'gw-1', sessionId: 's9' }, 'gw-1'],
    ['went', { online: false, gatewayId: null, sessionId: null }, null],
  ])('a process that dies when its parent %s, before its children were told: the scan finds it', async (_what, presence, gatewayId) => {
    if (gatewayId === null) await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await store.collections.devices.updateOne({ _id: HUB }, { $set: presence });
    await store.collections.tasks.updateMany({}, { $set: { updatedAt: new Date(0) } });
    await parts.batchTasks.reconcile('batch1', () => {});
    expect(await gatewayIds('dev-a', 'dev-b')).toEqual([gatewayId, gatewayId]);
    expect(await taskOf('dev-a')).toMatchObject({ reachable: gatewayId !== null, gatewayId });
  });
});

describe('R-BAT-1 what a batch pushes goes to the parent', () => {
  const sent: [DeviceId, DeviceId | undefined][] = [];
  const link = {
    gatewayId: 'gw-1',
    isConnected: (id: DeviceId) => id === HUB || id === 'meter.dev-c',
    notify: async ({ deviceId }: Notification, parentId?: DeviceId) => Boolean(sent.push([deviceId, parentId])),
    queryVersion: async ({ deviceId }: { deviceId: DeviceId }, parentId?: DeviceId) => Boolean(sent.push([deviceId, parentId])),
  };

  test('once for each device; one that has neither connection nor parent waits', async () => {
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
    expect(await parts.pushOver(link)({ batchId: _id, taskIds, intervalMs: 1 })).toBe(3);
    expect(sent.sort()).toEqual([
      ['meter.dev-a', HUB],
      ['meter.dev-b', HUB],
      ['meter.dev-c', undefined],
    ]);
  });
});
