import { type Removed, type Retention, removeOld } from '../../core/batches/retention';
import type { CoreParts } from '../../core/core-parts';
import { aPackage, aTask } from '../support/builders';
import { handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const restarted: string[] = [];
const engine = quietEngine({ restartBatch: async (id) => void restarted.push(id) });
const DAY = 24 * 60 * 60_000;

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await meters({ store, engine, clock }, named(['dev-a', 'dev-b']));
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  restarted.length = 0;
});

const policy = {
  rate: { kind: 'variable', base: 10, factor: 2, maximum: 100, threshold: { of: 'notified', count: 1 } },
  retry: null,
  timeoutMinutes: null,
} as const;
const clean = (
  retention: Partial<Retention>,
  signal?: AbortSignal,
  over: Partial<Parameters<typeof removeOld>[0]> = {},
): Promise<Removed> =>
  removeOld({ collections: store.collections, engine, clock, ...over }, { tasksDays: null, batchesDays: null, ...retention }, signal);

/** A batch that has ended now: of two devices one was upgraded, the other has failed; and `more` that were canceled. */
async function anEnded(more = 0): Promise<string> {
  const { tasks } = store.collections;
  const { _id } = await parts.core.batches.createStatic(operator, { packageId: 'package1', scope: { kind: 'all' }, policy });
  await parts.lifecycle.select(_id);
  const ended = { active: false, firstNotifiedAt: clock(), endedAt: clock() };
  await tasks.updateOne({ batchId: _id, deviceName: 'dev-a' }, { $set: { status: 'SUCCEEDED', outcome: 'REGRESSED', ...ended } });
  await tasks.updateOne({ batchId: _id, deviceName: 'dev-b' }, { $set: { status: 'FAILED', outcome: 'FAILED', ...ended } });
  const canceled = Array.from({ length: more }, (_, index) => aTask({ batchId: _id, deviceName: `old-${index}`, status: 'CANCELED' }));
  if (more > 0) await tasks.insertMany(canceled);
  await parts.lifecycle.setStatus(_id, 'FINISHED');
  return _id;
}
const left = async (id: string) => [
  await store.collections.batches.countDocuments({ _id: id }),
  await store.collections.tasks.countDocuments({ batchId: id }),
];
const shown = async (id: string) => {
  const batch = await parts.core.batches.get(id);
  if (batch === null) throw new Error('no batch');
  return [await parts.core.batches.counts(id), await parts.core.batches.askedRate(batch), batch.selection];
};

test('R-BAT-19 nothing that has ended is removed unless a setting says so', async () => {
  const id = await anEnded();
  clock.advance(10_000 * DAY);
  expect(await clean({})).toEqual({ batches: 0, tasksOf: 0 });
  expect(await left(id)).toEqual([1, 2]);
});

test('R-BAT-22 tasks go once they were kept long enough, and what the batch shows of them stays as it was', async () => {
  const id = await anEnded(1_500);
  const before = await shown(id);
  clock.advance(30 * DAY - 1);
  expect(await clean({ tasksDays: 30 })).toEqual({ batches: 0, tasksOf: 0 });
  clock.advance(1);
  expect(await clean({ tasksDays: 30 })).toEqual({ batches: 0, tasksOf: 1 });
  expect(await left(id)).toEqual([1, 0]);
  expect(await shown(id)).toEqual(before);
  expect((await parts.core.batches.get(id))?.removedTasks).toMatchObject({
    counts: { SUCCEEDED: 1, FAILED: 1, CANCELED: 1_500, regressed: 1 },
  });
  expect(await clean({ tasksDays: 30 })).toEqual({ batches: 0, tasksOf: 0 });
});

test('R-BAT-21 R-BAT-22 what needs the tasks is refused with the reason, and the batch can be deleted', async () => {
  const id = await anEnded();
  clock.advance(DAY);
  await clean({ tasksDays: 1 });
  const refused = [{ code: 'BATCH_STATE', field: 'batchId' }];
  expect(await refusal(parts.core.batches.reinitiate(operator, { batchId: id, all: true }))).toEqual(refused);
  expect(await refusal(parts.core.tasks.export(spectator, id))).toEqual(refused);
  expect((await parts.core.tasks.list({ batchId: id }, {})).rows).toEqual([]);
  await expect(parts.core.batches.delete(operator, id)).resolves.toEqual({ batchId: id, tasks: 0 });
});

test('R-BAT-19 a batch goes with all that is left of it; live ones, and those that ended later, stay', async () => {
  const [old, freed] = [await anEnded(), await anEnded()];
  clock.advance(DAY);
  await clean({ tasksDays: 1 });
  const [young, live] = [await anEnded(), await anEnded()];
  await store.collections.batches.updateOne({ _id: live }, { $set: { status: 'RUNNING' } });
  clock.advance(DAY);
  expect(await clean({ batchesDays: 2 })).toEqual({ batches: 2, tasksOf: 0 });
  expect(await Promise.all([old, freed, young, live].map(left))).toEqual([
    [0, 0],
    [0, 0],
    [1, 2],
    [1, 2],
  ]);
});

test('R-BAT-19 a removal that was cut off goes on, also without the setting; until then the counts are right', async () => {
  const id = await anEnded(2_500);
  const before = await shown(id);
  clock.advance(DAY);
  const cut = new AbortController();
  const { tasks, batches } = store.collections;
  const deleteMany: typeof tasks.deleteMany = async (...args) => {
    cut.abort();
    return store.collections.tasks.deleteMany(...args);
  };
  const cutOff = { find: tasks.find.bind(tasks), findOne: tasks.findOne.bind(tasks), countDocuments: tasks.countDocuments.bind(tasks) };
  const [aggregate, distinct] = [tasks.aggregate.bind(tasks), tasks.distinct.bind(tasks)];
  const dying = { ...store.collections, batches, tasks: { ...cutOff, aggregate, distinct, deleteMany } as unknown as typeof tasks };
  expect(await clean({ tasksDays: 1 }, cut.signal, { collections: dying })).toEqual({ batches: 0, tasksOf: 0 });
  expect(await left(id)).toEqual([1, 1_502]);
  expect(await shown(id)).toEqual(before);
  // Whoever has begun may still be at it.
  expect(await clean({})).toEqual({ batches: 0, tasksOf: 0 });
  clock.advance(11 * 60_000);
  expect(await Promise.all([clean({}), clean({})])).toContainEqual({ batches: 0, tasksOf: 1 });
  expect(await left(id)).toEqual([1, 0]);
  expect(await shown(id)).toEqual(before);
});

test('R-BAT-21 a task that begins again at that very moment keeps its batch as it is; or it is refused, and nothing stays behind', async () => {
  const id = await anEnded();
  clock.advance(DAY);
  const { batches, tasks } = store.collections;
  const begins = async () =>
    void (await tasks.updateOne({ batchId: id, deviceName: 'dev-b' }, { $set: { status: 'QUEUED', active: true } }));
  const updateOne = async (...args: Parameters<typeof batches.updateOne>) => {
    await begins();
    return batches.updateOne(...args);
  };
  const racing = { ...store.collections, tasks, batches: { find: batches.find.bind(batches), updateOne } as unknown as typeof batches };
  expect(await clean({ tasksDays: 1 }, undefined, { collections: racing })).toEqual({ batches: 0, tasksOf: 0 });
  expect([await left(id), restarted]).toEqual([[1, 2], [id]]);
  expect(await batches.findOne({ _id: id })).toMatchObject({ status: 'RUNNING' });
  expect((await batches.findOne({ _id: id }))?.removedTasks).toBeUndefined();
});

test('R-BAT-19 several processes may clean at once', async () => {
  const ids = [await anEnded(1_200), await anEnded(1_200), await anEnded(1_200)];
  clock.advance(DAY);
  const removed = await Promise.all(Array.from({ length: 4 }, () => clean({ batchesDays: 1 })));
  expect(removed.reduce((sum, { batches }) => sum + batches, 0)).toBeGreaterThanOrEqual(3);
  expect(await Promise.all(ids.map(left))).toEqual(ids.map(() => [0, 0]));
});
