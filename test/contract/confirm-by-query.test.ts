import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import { createTaskStore } from '../../core/tasks/mongo-store';
import { taskIdOf } from '../../schema/model/ids';
import { anAnsweredTask, aPackage, aTask } from '../support/builders';
import { handClock, MASTER_KEY, operator, settingsWith } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const HOUR = 3_600_000;
const clock = handClock();
const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  const settings = settingsWith();
  parts = await createCore({ store, files: fakePackageStore(), engine: quietEngine(), settings, masterKeys: [MASTER_KEY], clock });
  await parts.core.products.create(operator, { key: 'meter', name: 'Water meter', dialect: 'IOTDA', confirmByQuery: true });
  await parts.core.devices.register(operator, 'meter', [{ deviceName: 'dev-a' }]);
  await store.collections.packages.insertOne(aPackage({ _id: 'two', productKey: 'meter' }));
  await says('1.0.0');
});

const DEVICE = 'meter.dev-a';
const says = (version: string) => parts.core.tasks.report(DEVICE, { kind: 'version', module: 'default', version });
const claims = (version: string) => parts.core.tasks.report(DEVICE, { kind: 'result', code: 0, progress: 100, version, text: null });
const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null } as const;

/** A batch, and the task of its device as it is once that was notified. */
async function notified(): Promise<string> {
  const batch = await parts.core.batches.createStatic(operator, { packageId: 'two', scope: { kind: 'all' }, policy });
  const task = anAnsweredTask({ productKey: 'meter', deviceName: 'dev-a', batchId: batch._id });
  await store.collections.tasks.insertOne(task);
  return task._id;
}
const runs = async () => (await parts.core.devices.get(DEVICE))?.modules.default?.version;

test('R-FLOW-2 a batch keeps what its product asked for, and the device is asked before its claim counts or is stored', async () => {
  const id = await notified();
  await parts.core.products.update(operator, 'meter', { confirmByQuery: false });
  expect(await claims('2.0.0')).toBe('VERSION_QUERY');
  expect(await claims('2.0.0')).toBeNull();
  expect(await parts.core.tasks.get(id)).toMatchObject({ status: 'IN_PROGRESS' });
  expect(await runs()).toBe('1.0.0');
  expect(await says('2.0.0')).toBeNull();
  expect(await parts.core.tasks.get(id)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await runs()).toBe('2.0.0');
});

test('R-FLOW-2 a batch that was made when the product did not ask takes the device at its word', async () => {
  expect(await parts.core.products.update(operator, 'meter', { confirmByQuery: false })).toMatchObject({ confirmByQuery: false });
  const id = await notified();
  expect(await claims('2.0.0')).toBeNull();
  expect(await parts.core.tasks.get(id)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await runs()).toBe('2.0.0');
});

test('R-TASK-2 another version within an hour of the success is on the record of the task, also while a newer task runs', async () => {
  const id = await notified();
  await says('2.0.0');
  const newer = aTask({ productKey: 'meter', deviceName: 'dev-a', batchId: 'newer', targetVersion: '3.0.0', dialect: 'IOTDA' });
  const batch = await store.collections.batches.findOne({});
  if (batch === null) throw new Error('no batch');
  await store.collections.batches.insertOne({ ...batch, _id: 'newer', targetVersion: '3.0.0' });
  await store.collections.tasks.insertOne(newer);
  clock.advance(HOUR);
  await says('1.0.0');
  await says('1.0.0');
  const { status, transitions } = (await parts.core.tasks.get(id)) ?? {};
  expect(status).toBe('SUCCEEDED');
  expect(transitions?.filter(({ from }) => from === 'SUCCEEDED')).toMatchObject([{ text: 'version regressed: 1.0.0' }]);
  expect(newer._id).toBe(taskIdOf('newer', DEVICE));
});

test('R-TASK-2 it is looked for along the tasks of the device alone, and only when the version has changed', async () => {
  await store.collections.tasks.insertMany(
    Array.from({ length: 50 }, (_, index) => aTask({ deviceName: `other-${index}`, status: 'SUCCEEDED', active: false, endedAt: clock() })),
  );
  const own = aTask({ productKey: 'meter', deviceName: 'dev-a', status: 'SUCCEEDED', active: false, endedAt: clock() });
  await store.collections.tasks.insertOne(own);
  const since = new Date(clock().getTime() - HOUR);
  expect(await createTaskStore(store.collections.tasks).succeededOf(DEVICE, 'default', '2.0.0', since)).toMatchObject({ _id: own._id });
  const filter = { deviceId: DEVICE, module: 'default', targetVersion: '2.0.0', status: 'SUCCEEDED' as const, endedAt: { $gte: since } };
  const plan = await store.collections.tasks.find(filter).sort({ createdAt: -1, _id: 1 }).limit(1).explain('executionStats');
  expect(plan.executionStats.totalDocsExamined).toBe(1);
  await says('1.0.0');
  expect((await parts.core.tasks.get(own._id))?.transitions).toEqual([]);
});
