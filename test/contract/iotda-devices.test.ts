import { systemClock } from '../../core/clock';
import { createDeviceService } from '../../core/devices/service';
import { NO_MEMBERSHIPS } from '../../core/memberships/memberships';
import { createProductService } from '../../core/products/service';
import { selectTargets } from '../../core/selection/select';
import { createTaskStore } from '../../core/tasks/mongo-store';
import { aBatch, anIotdaTask, aTask } from '../support/builders';
import { operator, productParts, settingsWith } from '../support/core-parts';
import { useStore } from '../support/store';

const HOUR = 3_600_000;
const store = useStore();

function services() {
  const parts = productParts(store, systemClock);
  const settings = settingsWith();
  const products = createProductService({ collections: store.collections, settings, clock: systemClock, ...parts });
  const devices = createDeviceService({
    store,
    settings,
    clock: systemClock,
    ...parts,
    memberships: NO_MEMBERSHIPS,
  });
  return { products, devices };
}

test('R-FLOW-7 a device speaks what its registration says, and what its product does where it says nothing', async () => {
  const { products, devices } = services();
  await products.create(operator, { key: 'prodA', name: 'A', dialect: 'IOTDA', selfSignedUrls: true });
  const registered = await devices.register(operator, 'prodA', [{ deviceName: 'meter-1' }, { deviceName: 'meter-2', dialect: 'LINK' }]);
  expect(registered.map(({ dialect }) => dialect)).toEqual(['IOTDA', 'LINK']);
  expect(await devices.credentials('prodA', 'meter-2')).toMatchObject({ dialect: 'LINK', enabled: true });
  expect(await products.get('prodA')).toMatchObject({ dialect: 'IOTDA', selfSignedUrls: true });
});

test('R-FLOW-2 a node id is a device of this dialect; where two products have one of that name it is neither', async () => {
  const { products, devices } = services();
  for (const [key, dialect] of [
    ['prodA', 'IOTDA'],
    ['prodB', 'LINK'],
    ['prodC', 'IOTDA'],
  ] as const)
    await products.create(operator, { key, name: key, dialect });
  for (const key of ['prodA', 'prodB']) await devices.register(operator, key, [{ deviceName: 'meter-1' }]);
  expect(await devices.credentialsOfNode('meter-1')).toMatchObject({ productKey: 'prodA', deviceName: 'meter-1', dialect: 'IOTDA' });
  expect(await devices.credentialsOfNode('meter-2')).toBeNull();
  await devices.register(operator, 'prodC', [{ deviceName: 'meter-1' }]);
  expect(await devices.credentialsOfNode('meter-1')).toBeNull();
  const plan = await store.collections.devices.find({ deviceName: 'meter-1', dialect: 'IOTDA' }).explain('executionStats');
  expect(plan.executionStats.totalDocsExamined).toBe(2);
});

test('R-FLOW-2 R-FLOW-7 a selection gives IoTDA tasks their hours to come on-line, and Link tasks none', async () => {
  const { products, devices } = services();
  await products.create(operator, { key: 'prodA', name: 'A' });
  const named = [
    { deviceName: 'link-1' },
    { deviceName: 'iotda-1', dialect: 'IOTDA' as const },
    { deviceName: 'iotda-2', dialect: 'IOTDA' as const },
  ];
  await devices.register(operator, 'prodA', named);
  await store.collections.devices.updateOne(
    { deviceName: 'iotda-2' },
    { $set: { modules: { default: { version: '2.0.0', reportedAt: new Date() } } } },
  );
  const batch = aBatch({ productKey: 'prodA' });
  await store.collections.batches.insertOne(batch);
  const now = new Date('2026-01-01T00:00:00Z');
  await selectTargets(store.collections, batch, now, 5);
  const tasks = await store.collections.tasks.find().sort({ _id: 1 }).toArray();
  expect(tasks).toMatchObject([
    {
      deviceName: 'iotda-1',
      dialect: 'IOTDA',
      onlineBy: new Date(now.getTime() + 25 * HOUR),
      negotiation: { onlineMs: 25 * HOUR, queriedAt: null },
    },
    { deviceName: 'iotda-2', status: 'SUCCEEDED', onlineBy: null },
    { deviceName: 'link-1', dialect: 'LINK' },
  ]);
  expect(tasks[2]).not.toHaveProperty('negotiation');
  expect(tasks[2]).not.toHaveProperty('onlineBy');
});

test('R-FLOW-2 tasks whose device is overdue are found along an index, however many others there are', async () => {
  const now = new Date('2026-01-03T00:00:00Z');
  const overdue = anIotdaTask({ deviceName: 'overdue', reachable: false, gatewayId: null });
  const others = [
    anIotdaTask({ deviceName: 'later', reachable: false, gatewayId: null, onlineBy: new Date(now.getTime() + HOUR) }),
    anIotdaTask({ deviceName: 'here' }),
    ...Array.from({ length: 50 }, (_, index) => aTask({ deviceName: `link-${index}`, reachable: false, gatewayId: null })),
  ];
  await store.collections.tasks.insertMany([overdue, ...others]);
  const tasks = createTaskStore(store.collections.tasks);
  expect((await tasks.overdueWaits('batch1', now, 10)).map(({ deviceName }) => deviceName)).toEqual(['overdue']);
  expect(await tasks.nextWaitEnd('batch1')).toEqual(overdue.onlineBy);
  expect(await tasks.nextWaitEnd('batch2')).toBeNull();
  const filter = { batchId: 'batch1', reachable: false, onlineBy: { $gt: new Date(0), $lte: now } };
  const plan = await store.collections.tasks.find(filter).sort({ onlineBy: 1 }).explain('executionStats');
  expect(plan.executionStats.totalDocsExamined).toBe(1);
});
