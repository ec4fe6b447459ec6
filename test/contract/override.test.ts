import type { CoreParts } from '../../core/core-parts';
import type { BatchScope } from '../../schema/model/batch/batch';
import type { Task, TaskStatus } from '../../schema/model/task/task';
import { aPackage } from '../support/builders';
import { handClock, operator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const woken = new Set<string>();
const engine = quietEngine({
  wakeBatch: (batchId) => void woken.add(batchId),
});
const names = ['dev-a', 'dev-b', 'dev-c', 'dev-d'];

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, named(names));
  for (const name of names) await parts.core.tasks.report(`meter.${name}`, { kind: 'version', module: 'default', version: '1.0.0' });
  await store.collections.packages.insertMany([
    aPackage({ productKey: 'meter' }),
    aPackage({ _id: 'package2', productKey: 'meter', version: '3.0.0' }),
    aPackage({ _id: 'packageOther', productKey: 'meter', module: 'mcu', version: '3.0.0' }),
  ]);
  woken.clear();
});

const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null } as const;
const create = async (packageId: string, overridePrevious?: boolean, deviceNames?: string[], scope?: BatchScope) =>
  (
    await parts.core.batches.createStatic(operator, {
      packageId,
      scope: scope ?? (deviceNames ? { kind: 'targeted', deviceNames } : { kind: 'all' }),
      policy: { ...policy, ...(overridePrevious && { overridePrevious }) },
    })
  )._id;
const select = (batchId: string) => parts.lifecycle.select(batchId);
const tasksOf = async (batchId: string) =>
  Object.fromEntries((await store.collections.tasks.find({ batchId }).sort({ _id: 1 }).toArray()).map((task) => [task.deviceName, task]));
const statusesOf = async (batchId: string) =>
  Object.fromEntries(Object.entries(await tasksOf(batchId)).map(([name, { status }]) => [name, status]));
/** An older batch with a task in each state in which one can be found. */
async function olderBatch(): Promise<string> {
  const older = await create('package1');
  await select(older);
  const put = (name: string, status: TaskStatus, fields: Partial<Task> = {}) =>
    store.collections.tasks.updateOne({ batchId: older, deviceName: name }, { $set: { status, ...fields } });
  await put('dev-a', 'UNCONFIRMED', { offerAt: null });
  await put('dev-c', 'NOTIFIED', { notifiedAt: clock() });
  await put('dev-d', 'IN_PROGRESS', { notifiedAt: clock(), reacted: true, firstProgressAt: clock() });
  return older;
}

describe('R-BAT-11 a batch for devices that have a task', () => {
  test('R-BAT-11 by default leaves them their task', async () => {
    const older = await olderBatch();
    const newer = await create('package2');
    await select(newer);
    expect(await statusesOf(older)).toEqual({ 'dev-a': 'UNCONFIRMED', 'dev-b': 'QUEUED', 'dev-c': 'NOTIFIED', 'dev-d': 'IN_PROGRESS' });
    expect(await statusesOf(newer)).toEqual({});
    expect((await parts.core.batches.get(newer))?.selection).toMatchObject({ created: 0, skippedBusy: 4 });
  });

  test('R-BAT-11 that overrides cancels what has not begun, tells why, and leaves a task in upgrade alone', async () => {
    const older = await olderBatch();
    const newer = await create('package2', true);
    await select(newer);
    expect(await statusesOf(older)).toEqual({ 'dev-a': 'CANCELED', 'dev-b': 'CANCELED', 'dev-c': 'CANCELED', 'dev-d': 'IN_PROGRESS' });
    expect((await tasksOf(older))['dev-c']).toMatchObject({
      active: false,
      cause: 'OVERWRITTEN_BY_NEWER_TASK',
      transitions: [{ from: 'NOTIFIED', to: 'CANCELED', cause: 'OVERWRITTEN_BY_NEWER_TASK' }],
    });
    expect(await statusesOf(newer)).toEqual({ 'dev-a': 'QUEUED', 'dev-b': 'QUEUED', 'dev-c': 'QUEUED' });
    expect((await parts.core.batches.get(newer))?.selection).toMatchObject({ matched: 4, created: 3, skippedBusy: 1 });
    expect(woken).toContain(older);
  });

  test('R-BAT-11 touches only the devices it is for', async () => {
    const older = await olderBatch();
    await select(await create('package2', true, ['dev-a']));
    expect(await statusesOf(older)).toEqual({ 'dev-a': 'CANCELED', 'dev-b': 'QUEUED', 'dev-c': 'NOTIFIED', 'dev-d': 'IN_PROGRESS' });
  });

  test('R-BAT-11 R-BAT-8 takes over tasks for other modules too: a device has one at a time', async () => {
    const other = await create('packageOther');
    await select(other);
    await store.collections.tasks.updateOne({ batchId: other, deviceName: 'dev-d' }, { $set: { status: 'IN_PROGRESS' } });
    const newer = await create('package2', true);
    await select(newer);
    expect(await statusesOf(other)).toEqual({ 'dev-a': 'CANCELED', 'dev-b': 'CANCELED', 'dev-c': 'CANCELED', 'dev-d': 'IN_PROGRESS' });
    expect(await statusesOf(newer)).toEqual({ 'dev-a': 'QUEUED', 'dev-b': 'QUEUED', 'dev-c': 'QUEUED' });
  });

  test('R-BAT-11 R-BAT-4 for a share of the devices, disturbs that share and no other device', async () => {
    const older = await create('package1');
    await select(older);
    const newer = await create('package2', true, undefined, { kind: 'phased', percent: 50, seed: 'a-seed' });
    await select(newer);
    const chosen = Object.keys(await statusesOf(newer));
    expect(chosen).toHaveLength(2);
    const canceled = Object.entries(await statusesOf(older)).filter(([, status]) => status === 'CANCELED');
    expect(canceled.map(([name]) => name).sort()).toEqual(chosen.sort());
  });

  test('R-BAT-11 of two that override the newer has its way, whichever selects first or both at once', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const batches = [await create('package1', true), await create('package2', true)];
      for (const index of order) await select(batches[index] ?? '');
      expect(Object.values(await statusesOf(batches[1] ?? ''))).toEqual(['QUEUED', 'QUEUED', 'QUEUED', 'QUEUED']);
      await store.collections.tasks.deleteMany({});
    }
    const batches = [await create('package1', true), await create('package2', true)];
    await Promise.all(batches.map(select));
    const active = await store.collections.tasks.find({ active: true }).toArray();
    expect(active.map(({ deviceName, batchId }) => [deviceName, batchId]).sort()).toEqual(names.map((name) => [name, batches[1]]));
  });

  test('R-BAT-11 selecting twice cancels and makes nothing twice', async () => {
    const older = await olderBatch();
    const newer = await create('package2', true);
    await select(newer);
    await store.collections.batches.updateOne({ _id: newer }, { $set: { selection: null } });
    await select(newer);
    expect((await tasksOf(older))['dev-b']?.transitions).toHaveLength(1);
    expect((await parts.core.batches.get(newer))?.selection).toMatchObject({ created: 3, skippedBusy: 1 });
  });
});
