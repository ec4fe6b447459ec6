import type { CoreParts } from '../../core/core-parts';
import { taskIdOf } from '../../schema/model/ids';
import { aPackage, aTask } from '../support/builders';
import { handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const started: string[] = [];
const engine = quietEngine({
  startBatch: async (batchId) => void started.push(batchId),
  restartBatch: async (batchId) => void started.push(batchId),
});
const names = ['dev-0', 'dev-1', 'dev-2', 'dev-3'];

const store = useStore();
let parts: CoreParts;
let batchId: string;
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, named(names));
  const { core, lifecycle, upgradeTasks } = parts;
  for (const name of names) await core.tasks.report(`meter.${name}`, { kind: 'version', module: 'default', version: '1.0.0' });
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter', sourceVersions: ['1.0.0'] }));
  await core.devices.connected('meter.dev-0', 'gw-1', '1');
  const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null } as const;
  batchId = (await core.batches.createStatic(operator, { packageId: 'package1', scope: { kind: 'all' }, policy }))._id;
  await lifecycle.select(batchId);
  for (const name of names) await upgradeTasks.timeOut(idOf(name));
  await lifecycle.setStatus(batchId, 'FINISHED');
  started.length = 0;
});

const idOf = (name: string) => taskIdOf(batchId, `meter.${name}`);
const stored = (name: string) => parts.core.tasks.get(idOf(name));
const retry = (fields: object, viewer = operator) => parts.core.batches.reinitiate(viewer, { batchId, ...fields });

describe('R-BAT-21 failed tasks are re-initiated', () => {
  test('R-BAT-21 one by one: it is due again, its batch goes on and is started, and its record is kept', async () => {
    expect(await parts.core.batches.get(batchId)).toMatchObject({ status: 'FINISHED', endedAt: clock() });
    const result = await retry({ taskIds: [idOf('dev-0')] });
    expect(result).toMatchObject({ reinitiated: 1, skippedCount: 0, skipped: [], batch: { status: 'RUNNING', endedAt: null } });
    expect(started).toEqual([batchId]);
    expect((await parts.batchTasks.due(batchId, 10)).groups).toEqual([{ gatewayId: 'gw-1', taskIds: [idOf('dev-0')] }]);
    const task = await stored('dev-0');
    expect(task).toMatchObject({
      status: 'QUEUED',
      attempt: 2,
      firstAttempt: 2,
      attempts: [{ number: 1, cause: 'DEVICE_UPGRADE_TIMEOUT' }],
    });
    expect(task?.transitions.map(({ from, to }) => [from, to])).toEqual([
      ['QUEUED', 'FAILED'],
      ['FAILED', 'QUEUED'],
    ]);
    expect(await stored('dev-1')).toMatchObject({ status: 'FAILED' });
  });

  test('R-BAT-21 R-BAT-14 not when they update several modules while another batch overrides', async () => {
    const { batches } = store.collections;
    const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null, overridePrevious: true } as const;
    await store.collections.packages.insertOne(aPackage({ _id: 'package2', productKey: 'meter', version: '3.0.0' }));
    await batches.updateOne({ _id: batchId }, { $set: { 'policy.multiModule': true } });
    const other = await parts.core.batches.createStatic(operator, { packageId: 'package2', scope: { kind: 'all' }, policy });
    expect(await refusal(retry({ all: true }))).toEqual([{ code: 'MULTI_MODULE_OR_OVERRIDE', field: 'batchId' }]);
    expect([await stored('dev-0'), started]).toEqual([expect.objectContaining({ status: 'FAILED' }), [other._id]]);
    await batches.updateOne({ _id: other._id }, { $set: { status: 'FINISHED' } });
    expect(await retry({ all: true })).toMatchObject({ reinitiated: 4 });
  });

  test('R-BAT-21 all of them; repeated, it starts none twice', async () => {
    expect(await retry({ all: true })).toMatchObject({ reinitiated: 4, skippedCount: 0 });
    expect(await retry({ all: true })).toMatchObject({ reinitiated: 0, skippedCount: 0, batch: { status: 'RUNNING' } });
    expect(await retry({ taskIds: [idOf('dev-0')] })).toMatchObject({
      reinitiated: 0,
      skipped: [{ taskId: idOf('dev-0'), reason: 'NOT_FAILED' }],
    });
    expect(await stored('dev-0')).toMatchObject({ attempt: 2 });
  });

  test('R-BAT-21 two operators at once start each task once', async () => {
    const [one, two] = await Promise.all([retry({ all: true }), retry({ all: true })]);
    expect(one.reinitiated + two.reinitiated).toBe(4);
    expect((await stored('dev-3'))?.transitions).toHaveLength(2);
  });

  test('R-BAT-21 passes over devices that are busy, gone, or have a version it does not upgrade from; one at the target is done', async () => {
    await store.collections.tasks.insertOne(aTask({ batchId: 'other', productKey: 'meter', deviceName: 'dev-0' }));
    await store.collections.devices.updateOne({ _id: 'meter.dev-1' }, { $set: { enabled: false } });
    await parts.core.tasks.report('meter.dev-2', { kind: 'version', module: 'default', version: '7.0.0' });
    await parts.core.tasks.report('meter.dev-3', { kind: 'version', module: 'default', version: '2.0.0' });
    expect(await retry({ all: true })).toMatchObject({
      reinitiated: 1,
      skippedCount: 3,
      skipped: [
        { taskId: idOf('dev-0'), reason: 'DEVICE_BUSY' },
        { taskId: idOf('dev-1'), reason: 'DEVICE_GONE' },
        { taskId: idOf('dev-2'), reason: 'VERSION_NOT_ELIGIBLE' },
      ],
    });
    expect(await stored('dev-3')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stored('dev-0')).toMatchObject({ status: 'FAILED' });
  });

  test('R-BAT-21 R-FLOW-7 and those that speak another dialect now', async () => {
    await parts.core.devices.update(operator, 'meter.dev-0', { dialect: 'LWM2M' });
    const skipped = [{ taskId: idOf('dev-0'), reason: 'DIALECT_CHANGED' }];
    expect(await retry({ taskIds: [idOf('dev-0')] })).toMatchObject({ reinitiated: 0, skipped });
    await parts.core.devices.update(operator, 'meter.dev-0', { dialect: 'LINK' });
    expect(await retry({ taskIds: [idOf('dev-0')] })).toMatchObject({ reinitiated: 1, skipped: [] });
  });

  test('R-BAT-21 a batch that ends at the same moment goes on all the same', async () => {
    await retry({ taskIds: [idOf('dev-0')] });
    await parts.lifecycle.setStatus(batchId, 'FINISHED');
    expect(await parts.core.batches.get(batchId)).toMatchObject({ status: 'RUNNING', endedAt: null });
    expect(await parts.lifecycle.startAll()).toBe(1);
  });

  test('R-BAT-21 what cannot be is refused', async () => {
    const taskIds = [idOf('dev-0')];
    await store.collections.tasks.insertOne(aTask({ batchId: 'other', productKey: 'meter', deviceName: 'dev-9', status: 'FAILED' }));
    expect(await refusal(retry({ taskIds }, spectator))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await refusal(retry({}))).toEqual([{ code: 'REQUIRED', field: 'taskIds' }]);
    expect(await refusal(retry({ taskIds, all: true }))).toEqual([{ code: 'REQUIRED', field: 'taskIds' }]);
    expect(await refusal(retry({ taskIds: Array(101).fill(idOf('dev-0')) }))).toEqual([{ code: 'TOO_MANY', field: 'taskIds' }]);
    expect(await refusal(retry({ taskIds: [...taskIds, 'other.meter.dev-9'] }))).toEqual([{ code: 'TASK_UNKNOWN', field: 'taskIds.1' }]);
    expect(await refusal(retry({ batchId: 'none', taskIds }))).toEqual([{ code: 'BATCH_UNKNOWN', field: 'batchId' }]);
    await store.collections.batches.updateOne({ _id: batchId }, { $set: { status: 'CANCELED' } });
    expect(await refusal(retry({ taskIds }))).toEqual([{ code: 'BATCH_STATE', field: 'batchId' }]);
    await store.collections.batches.updateOne({ _id: batchId }, { $set: { status: 'FINISHED' } });
    await store.collections.packages.updateOne({ _id: 'package1' }, { $set: { deletedAt: clock() } });
    expect(await refusal(retry({ taskIds }))).toEqual([{ code: 'PACKAGE_UNKNOWN', field: 'packageId' }]);
    expect(await stored('dev-0')).toMatchObject({ status: 'FAILED' });
  });
});
