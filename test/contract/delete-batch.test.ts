import { deleteBatch, finishBatchDeletions } from '../../core/batches/delete';
import type { CoreParts } from '../../core/core-parts';
import type { TaskStatus } from '../../schema/model/task/task';
import type { Store } from '../../schema/mongo/connect';
import { activitiesOf } from '../support/activities';
import { aPackage, aTask } from '../support/builders';
import { handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const engine = quietEngine();

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, named(['dev-a', 'dev-b']));
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
});

const { batches, tasks } = { batches: () => store.collections.batches, tasks: () => store.collections.tasks };
const policy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null } as const;
const create = async (idempotencyKey: string | null = null): Promise<string> => {
  const batch = await parts.core.batches.createStatic(operator, { packageId: 'package1', scope: { kind: 'all' }, policy, idempotencyKey });
  await parts.lifecycle.select(batch._id);
  return batch._id;
};
async function createEnded(status: TaskStatus = 'SUCCEEDED', idempotencyKey: string | null = null): Promise<string> {
  const id = await create(idempotencyKey);
  await tasks().updateMany({ batchId: id }, { $set: { status, active: false } });
  await parts.lifecycle.setStatus(id, 'FINISHED');
  return id;
}
const remove = (id: string) => parts.core.batches.delete(operator, id);
const left = async (id: string) => [await batches().countDocuments({ _id: id }), await tasks().countDocuments({ batchId: id })];

test('R-BAT-19 a batch that has ended goes with its tasks, out of every list, and its package can be deleted', async () => {
  const [id, other] = [await createEnded(), await createEnded()];
  expect(await remove(id)).toEqual({ batchId: id, tasks: 2 });
  expect([await left(id), await left(other)]).toEqual([
    [0, 0],
    [1, 2],
  ]);
  expect((await parts.core.batches.list({}, {})).rows.map(({ node }) => node._id)).toEqual([other]);
  expect(await refusal(remove(id))).toEqual([{ code: 'BATCH_UNKNOWN', field: 'batchId' }]);
  await remove(other);
  await expect(parts.core.packages.delete(operator, 'package1')).resolves.toMatchObject({ _id: 'package1' });
});

test('R-BAT-19 one that is live cannot be deleted, nor one whose tasks have not ended; nothing of it changes', async () => {
  const id = await create();
  for (const status of ['SCHEDULED', 'STARTING', 'RUNNING', 'PAUSED', 'HALTED'] as const) {
    await batches().updateOne({ _id: id }, { $set: { status } });
    expect(await refusal(remove(id))).toEqual([{ code: 'BATCH_STATE', field: 'batchId' }]);
  }
  await parts.lifecycle.setStatus(id, 'CANCELED');
  expect(await refusal(remove(id))).toEqual([{ code: 'BATCH_STATE', field: 'batchId' }]);
  expect(await left(id)).toEqual([1, 2]);
  expect(await parts.core.batches.get(id)).not.toBeNull();
  expect(await refusal(parts.core.batches.delete(spectator, id))).toEqual([{ code: 'NOT_ALLOWED' }]);
  await parts.batchTasks.cancel(id, () => {});
  await expect(remove(id)).resolves.toEqual({ batchId: id, tasks: 2 });
});

test('R-BAT-19 tasks go in bounded steps; killed after any of them, what is left is invisible, and goes with the next call or sweep', async () => {
  for (const finish of [remove, () => finishBatchDeletions({ collections: store.collections })]) {
    for (let survived = 0; survived < 4; survived++) {
      const id = await createEnded();
      await tasks().insertMany(
        Array.from({ length: 2_100 }, (_, index) =>
          aTask({ _id: `${id}.meter.more-${index}`, batchId: id, deviceId: `meter.more-${index}`, status: 'FAILED' }),
        ),
      );
      await expect(deleteBatch({ collections: dyingAfter(survived), engine, clock }, id)).rejects.toThrow('killed');
      const [there, remaining] = await left(id);
      expect([there, remaining]).toEqual([1, [2_102, 1_102, 102, 0][survived]]);
      expect(await parts.core.batches.get(id)).toBeNull();
      expect((await parts.core.batches.list({ packageId: 'package1' }, {})).rows).toEqual([]);
      expect(await refusal(parts.core.batches.reinitiate(operator, { batchId: id, all: true }))).toEqual([
        { code: 'BATCH_UNKNOWN', field: 'batchId' },
      ]);
      await finish(id);
      expect(await left(id)).toEqual([0, 0]);
    }
  }
});

/** Collections of a process that is killed when it has removed so many times. */
function dyingAfter(removals: number): Pick<Store['collections'], 'batches' | 'tasks' | 'seriesSamples'> {
  let done = 0;
  const dying = <C extends object>(collection: C): C =>
    new Proxy(collection, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'deleteMany' && name !== 'deleteOne') return value.bind(target);
        return (...args: unknown[]) => {
          if (done === removals) return Promise.reject(new Error('killed'));
          done += 1;
          return value.apply(target, args);
        };
      },
    });
  return { ...store.collections, batches: dying(store.collections.batches), tasks: dying(store.collections.tasks) };
}

test('R-BAT-19 R-BAT-21 deleting and beginning again at the same time: never both', async () => {
  for (let round = 0; round < 10; round++) {
    const id = await createEnded('FAILED');
    const [deleted, begun] = await Promise.allSettled([remove(id), parts.core.batches.reinitiate(operator, { batchId: id, all: true })]);
    const batch = await parts.core.batches.get(id);
    if (deleted.status === 'fulfilled') {
      expect(await left(id)).toEqual([0, 0]);
      expect(batch).toBeNull();
    } else {
      expect(begun.status).toBe('fulfilled');
      expect(batch?.status).toBe('RUNNING');
      expect(await tasks().countDocuments({ batchId: id, active: true })).toBe(2);
    }
    await emptyStoreOf(id);
  }
});

test('R-BAT-19 R-BAT-21 tasks that begin again while the mark stands set the batch going when it is taken back', async () => {
  const id = await createEnded('FAILED');
  const restarted: string[] = [];
  const batchesMarked = new Proxy(store.collections.batches, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'updateOne') return value.bind(target);
      return async (...args: unknown[]) => {
        const done: unknown = await value.apply(target, args);
        await tasks().updateMany({ batchId: id }, { $set: { status: 'QUEUED', active: true } });
        return done;
      };
    },
  });
  const deps = {
    collections: { ...store.collections, batches: batchesMarked },
    engine: { restartBatch: async (batchId: string) => void restarted.push(batchId) },
    clock,
  };
  expect(await refusal(deleteBatch(deps, id))).toEqual([{ code: 'BATCH_STATE', field: 'batchId' }]);
  expect(await parts.core.batches.get(id)).toMatchObject({ status: 'RUNNING', deletedAt: null, endedAt: null });
  expect(await tasks().countDocuments({ batchId: id, active: true })).toBe(2);
  expect(restarted).toEqual([id]);
});

const emptyStoreOf = async (id: string) => {
  await tasks().deleteMany({ batchId: id });
  await batches().deleteOne({ _id: id });
};

test('R-BAT-19 the idempotency key of a batch that was deleted makes a new one', async () => {
  const id = await createEnded('SUCCEEDED', 'june');
  await expect(deleteBatch({ collections: dyingAfter(0), engine, clock }, id)).rejects.toThrow('killed');
  const again = await create('june');
  expect(again).not.toBe(id);
});

test('R-BAT-19 whatever a workflow still asks about a batch that was deleted is answered, and lets it end', async () => {
  const id = await createEnded();
  await remove(id);
  const { lifecycle, batchTasks } = parts;
  const activities = activitiesOf(parts);
  expect(await activities.findDueTasks(id, 10)).toEqual({ groups: [], nextDueAt: null, open: false });
  expect(await activities.selectTargets(id)).toMatchObject({ status: 'FINISHED', schedule: null });
  expect(await activities.countReached(id, 'succeeded')).toBe(0);
  expect([await activities.haltIfFailing(id), await activities.isHalted(id), await activities.scanMatches(id)]).toEqual([
    false,
    false,
    false,
  ]);
  expect(await activities.reconcileBatch(id)).toBe(0);
  expect(await activities.cancelBatchTasks(id, 'CAMPAIGN_WINDOW_CLOSED')).toBe(0);
  expect(await activities.cancelSomeTasks(id, { statuses: ['QUEUED'] })).toEqual({ canceled: 0, open: false });
  for (const status of ['RUNNING', 'FINISHED', 'CANCELED'] as const) await activities.setBatchStatus(id, status, null);
  await activities.explainBatch(id, 'why');
  await activities.endMatching(id);
  expect([await lifecycle.pushTerms(id), await batchTasks.unasked([`${id}.meter.dev-a`])]).toEqual([null, [`${id}.meter.dev-a`]]);
  expect(await left(id)).toEqual([0, 0]);
});
