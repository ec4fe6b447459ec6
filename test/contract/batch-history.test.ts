import type { mongo } from 'mongoose';
import { removeOld } from '../../core/batches/retention';
import type { CoreParts } from '../../core/core-parts';
import { type BatchMark, marksOf } from '../../schema/model/batch/marks';
import { aPackage, aTask } from '../support/builders';
import { handClock, operator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const STATUS = { pause: 'PAUSED', resume: 'RUNNING', cancel: 'CANCELED' } as const;
const engine = quietEngine({
  async commandBatch(id, { kind }) {
    clock.advance(1_000);
    if (kind in STATUS) await parts.lifecycle.setStatus(id, STATUS[kind as keyof typeof STATUS]);
    return { affected: 0 };
  },
});

const store = useStore();
let parts: CoreParts;
let id: string;
const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null } as const;
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, named(['dev-a', 'dev-b']));
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  id = (await parts.core.batches.createStatic(operator, { packageId: 'package1', scope: { kind: 'all' }, policy }))._id;
  await parts.lifecycle.select(id);
});

const stored = async () => {
  const batch = await parts.core.batches.get(id);
  if (batch === null) throw new Error('no batch');
  return batch;
};
const marks = async (): Promise<BatchMark[]> => marksOf(await stored());
const kinds = async () => (await marks()).map(({ kind, by }) => [kind, by]);
const by = operator.actorId;

describe('R-UI-3 R-BAT-16 what happened to a batch', () => {
  test('R-UI-3 R-BAT-24 is told with its time, who asked for it and why, in the order it happened', async () => {
    await parts.core.batches.pause(operator, id);
    await parts.core.batches.update(operator, id, { rate: { kind: 'constant', perMinute: 60 } });
    await parts.core.batches.resume(operator, id);
    clock.advance(1_000);
    await parts.lifecycle.setStatus(id, 'HALTED', '5 of 10 devices have failed');
    await parts.core.batches.resume(operator, id);
    await parts.core.batches.pause(operator, id);
    await parts.core.batches.cancel(operator, id);
    expect(await kinds()).toEqual([
      ['STARTED', null],
      ['PAUSED', by],
      ['EDITED', by],
      ['RESUMED', by],
      ['HALTED', null],
      ['RESUMED', by],
      ['PAUSED', by],
      ['CANCELED', by],
    ]);
    const all = await marks();
    expect(all.map(({ at }) => at.getTime())).toEqual(all.map(({ at }) => at.getTime()).sort());
    expect(all[2]).toMatchObject({ fields: ['rate'] });
    expect(all[4]).toMatchObject({ reason: '5 of 10 devices have failed' });
  });

  test('R-UI-3 a call that changes nothing leaves no mark, and one that finds it fulfilled names nobody', async () => {
    await parts.core.batches.pause(operator, id);
    const paused = await kinds();
    await parts.lifecycle.setStatus(id, 'PAUSED');
    expect(await kinds()).toEqual(paused);
  });

  test('R-UI-3 R-BAT-21 a batch that goes on after its end is marked so, and only the last changes are kept', async () => {
    await parts.lifecycle.setStatus(id, 'FINISHED');
    await store.collections.tasks.updateMany({ batchId: id }, { $set: { status: 'FAILED', active: false, cause: 'LOW_BATTERY' } });
    await parts.core.batches.reinitiate(operator, { batchId: id, all: true });
    expect((await kinds()).map(([kind]) => kind).slice(-2)).toEqual(['FINISHED', 'REOPENED']);
    for (let index = 0; index < 60; index++) {
      await parts.lifecycle.setStatus(id, 'PAUSED');
      await parts.lifecycle.setStatus(id, 'RUNNING');
    }
    expect((await stored()).moves).toHaveLength(100);
  });
});

describe('R-UI-3 R-BAT-22 failures by cause', () => {
  const task = (cause: string, status: string, fields = {}) =>
    aTask({ batchId: id, productKey: 'meter', status: status as never, cause: cause as never, ...fields });

  test('R-UI-3 R-BAT-22 are counted exactly, the most frequent first, failed and failing apart', async () => {
    await store.collections.tasks.insertMany([
      task('LOW_BATTERY', 'FAILED'),
      task('DOWNLOAD_FAILED', 'FAILED'),
      task('DOWNLOAD_FAILED', 'FAILED'),
      task('DOWNLOAD_FAILED', 'IN_PROGRESS'),
      task('DEVICE_UPGRADE_TIMEOUT', 'NOTIFIED'),
      task('OVERWRITTEN_BY_NEWER_TASK', 'CANCELED'),
      aTask({ batchId: `${id}0`, productKey: 'meter', status: 'FAILED', cause: 'LOW_BATTERY' }),
    ]);
    expect(await parts.core.batches.failures(await stored())).toEqual([
      { cause: 'DOWNLOAD_FAILED', failed: 2, failing: 1 },
      { cause: 'LOW_BATTERY', failed: 1, failing: 0 },
      { cause: 'DEVICE_UPGRADE_TIMEOUT', failed: 0, failing: 1 },
    ]);
  });

  test('R-UI-3 R-BAT-22 stay when the tasks of a batch are removed', async () => {
    await store.collections.tasks.updateMany({ batchId: id }, { $set: { status: 'FAILED', active: false, cause: 'LOW_BATTERY' } });
    await parts.lifecycle.setStatus(id, 'FINISHED');
    clock.advance(1);
    const removed = await removeOld({ collections: store.collections, engine, clock }, { tasksDays: 0, batchesDays: null });
    expect(removed.tasksOf).toBe(1);
    expect(await parts.core.batches.failures(await stored())).toEqual([{ cause: 'LOW_BATTERY', failed: 2, failing: 0 }]);
  });

  test('R-UI-3 are read along their index alone, which has no entry for what has not failed', async () => {
    await store.collections.tasks.insertMany([task('LOW_BATTERY', 'FAILED'), task('LOW_BATTERY', 'FAILED')]);
    const { tasks } = store.collections;
    const plan = await tasks
      .find({ batchId: id, cause: 'LOW_BATTERY', status: 'FAILED' }, { projection: { _id: 1 } })
      .explain('executionStats');
    expect(plan.executionStats).toMatchObject({ totalDocsExamined: 0, totalKeysExamined: 2 });
    const [{ indexDetails }] = (await tasks
      .aggregate([{ $collStats: { storageStats: {} } }, { $project: { indexDetails: '$storageStats.indexSizes' } }])
      .toArray()) as [{ indexDetails: mongo.Document }];
    expect(Object.keys(indexDetails)).toContain('batchId_1_cause_1_status_1__id_1');
  });
});
