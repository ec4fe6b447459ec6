import { deviceOf } from '../../core/devices/register';
import { selectTargets } from '../../core/selection/select';
import type { Batch } from '../../schema/model/batch/batch';
import { deviceIdOf, taskIdOf } from '../../schema/model/ids';
import { aTask } from '../support/builders';
import { SEALING } from '../support/core-parts';
import { emptyStore, useStore } from '../support/store';

const PRODUCT = { _id: 'selA', name: 'Meters', dialect: 'LINK' as const, createdAt: new Date() };
const NAMES = Array.from({ length: 12 }, (_, index) => `dev-${index}`);
const NOW = new Date();

const store = useStore({ keepsDocuments: true });
beforeEach(async () => {
  await emptyStore(store);
  await store.collections.devices.insertMany(NAMES.map((deviceName) => deviceOf(SEALING, PRODUCT, { deviceName }, NOW)));
});

const aBatch = (_id: string, fields: Partial<Batch> = {}): Batch => ({
  _id,
  name: _id,
  productKey: PRODUCT._id,
  packageId: 'package1',
  module: 'default',
  targetVersion: '2.0.0',
  kind: 'static',
  scope: { kind: 'all' },
  sourceVersions: [],
  inheritsVersions: false,
  policy: { rate: { kind: 'constant', perMinute: 10 }, retry: null, timeoutMinutes: null },
  status: 'STARTING',
  statusReason: null,
  selection: null,
  idempotency: null,
  createdBy: 'key',
  createdAt: NOW,
  updatedAt: NOW,
  startedAt: null,
  endedAt: null,
  ...fields,
});

const taskOf = (batchId: string, name: string, fields = {}) =>
  aTask({ batchId, productKey: PRODUCT._id, deviceName: name, deviceId: deviceIdOf(PRODUCT._id, name), ...fields });
const tasksOf = async (batchId: string) =>
  (await store.collections.tasks.find({ batchId }).sort({ _id: 1 }).toArray()).map(({ deviceName, updatedAt }) => [deviceName, updatedAt]);

test('R-BAT-11 devices with an unfinished task of a live batch keep it', async () => {
  const other = aBatch('b1', { status: 'RUNNING' });
  await store.collections.batches.insertOne(other);
  await store.collections.tasks.insertMany([taskOf('b1', 'dev-3'), taskOf('b1', 'dev-4', { status: 'FAILED', active: false })]);
  const selection = await selectTargets(store.collections, aBatch('b2'), NOW, 5);
  expect(selection).toMatchObject({ matched: 12, created: 11, skippedBusy: 1 });
  expect((await tasksOf('b2')).map(([name]) => name)).not.toContain('dev-3');
});

test('R-BAT-11 so do devices that turn out to be busy while tasks are made, and none is made twice', async () => {
  // Its batch has ended meanwhile, or is not there: only the store knows of the task.
  await store.collections.tasks.insertOne(taskOf('gone', 'dev-7'));
  const batch = aBatch('b3');
  expect(await selectTargets(store.collections, batch, NOW, 5)).toMatchObject({ matched: 12, created: 11, skippedBusy: 1 });
  const made = await tasksOf('b3');
  expect(made.map(([name]) => name)).toEqual(NAMES.toSorted().filter((name) => name !== 'dev-7'));
  const later = new Date(NOW.getTime() + 1_000);
  expect(await selectTargets(store.collections, batch, later, 5)).toMatchObject({ matched: 12, created: 11, skippedBusy: 1 });
  expect(await tasksOf('b3')).toEqual(made);
});

test('R-BAT-11 a selection that a crash cut off is completed, and what was there stays as it is', async () => {
  const touched = taskOf('b4', 'dev-2', { status: 'NOTIFIED', revision: 3 });
  await store.collections.tasks.insertOne(touched);
  expect(await selectTargets(store.collections, aBatch('b4'), NOW, 5)).toMatchObject({ matched: 12, created: 12, skippedBusy: 0 });
  const kept = await store.collections.tasks.findOne({ _id: taskIdOf('b4', deviceIdOf(PRODUCT._id, 'dev-2')) });
  expect(kept).toMatchObject({ status: 'NOTIFIED', revision: 3 });
});
