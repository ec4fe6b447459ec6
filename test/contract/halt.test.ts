import { forgiveFailures, haltIfFailing, lookForHalt } from '../../core/batches/halt';
import { moveBatch } from '../../core/batches/status';
import type { BatchStatus, HaltPolicy } from '../../schema/model/batch/batch';
import type { Task, TaskOutcome } from '../../schema/model/task/task';
import { aBatch, aTask } from '../support/builders';
import { useStore } from '../support/store';

const NOW = new Date('2026-01-01T00:00:00Z');
const LATER = new Date(NOW.getTime() + 60_000);
const EARLIER = new Date(NOW.getTime() - 60_000);
const store = useStore();

const halt = () => haltIfFailing(store.collections, 'batch1', NOW);
const stored = () => store.collections.batches.findOne({ _id: 'batch1' });
const STATUS = { SUCCEEDED: 'SUCCEEDED', REGRESSED: 'SUCCEEDED', FAILED: 'FAILED', FAILING: 'IN_PROGRESS' } as const;
const judge = (outcome: TaskOutcome, count: number, fields: Partial<Task> = {}) =>
  store.collections.tasks.insertMany(
    Array.from({ length: count }, () => aTask({ status: STATUS[outcome], outcome, judgedAt: EARLIER, ...fields })),
  );
const batch = (status: BatchStatus = 'RUNNING', policy: HaltPolicy = { failedPercent: 50, minimumJudged: 4 }) =>
  store.collections.batches.insertOne(aBatch({ status, policy: { ...aBatch().policy, halt: policy } }));
/** Somebody without an outcome: there is something left to hold back. */
beforeEach(async () => {
  await store.collections.tasks.insertOne(aTask());
});

test('R-BAT-24 a batch halts when its failures reach the threshold, and says why; a repeat finds it halted', async () => {
  await batch();
  await judge('SUCCEEDED', 2);
  await judge('FAILED', 1);
  expect(await halt()).toBe(false);
  await judge('FAILED', 1);
  expect([await lookForHalt(store.collections, 'batch1', NOW), await lookForHalt(store.collections, 'batch1', NOW)]).toEqual([
    { halted: true, isNew: true },
    { halted: true, isNew: false },
  ]);
  expect(await stored()).toMatchObject({ status: 'HALTED', statusReason: expect.stringContaining('2 of 4') });
});

test('R-BAT-24 of looks at the same instant one halts the batch, and each finds it halted', async () => {
  await batch();
  await judge('FAILED', 4);
  const looks = await Promise.all(Array.from({ length: 5 }, () => lookForHalt(store.collections, 'batch1', NOW)));
  expect(looks.map(({ halted }) => halted)).toEqual(Array(5).fill(true));
  expect(looks.filter(({ isNew }) => isNew)).toHaveLength(1);
});

test('R-BAT-24 devices that will be tried again, and those that went back to their old version, count as failed', async () => {
  await batch();
  await judge('SUCCEEDED', 2);
  await judge('FAILING', 1);
  expect(await halt()).toBe(false);
  await judge('REGRESSED', 1);
  expect(await halt()).toBe(true);
});

test('R-BAT-24 failures that say nothing about the package are none', async () => {
  await batch();
  await judge('FAILED', 6, { judgedAt: null });
  await judge('SUCCEEDED', 3);
  await judge('FAILED', 1);
  expect(await halt()).toBe(false);
});

test('R-BAT-24 the reason has exact figures, also where not every success had to be counted', async () => {
  await batch('RUNNING', { failedCount: 1, minimumJudged: 1 });
  await judge('SUCCEEDED', 9);
  await judge('FAILED', 1);
  await halt();
  expect((await stored())?.statusReason).toContain('1 of 10');
});

test('R-BAT-24 a batch that was stored with the older name of its minimum goes by it', async () => {
  await batch('RUNNING', { failedPercent: 50, minimumFinished: 4 });
  await judge('FAILED', 3);
  expect(await halt()).toBe(false);
  await judge('FAILED', 1);
  expect(await halt()).toBe(true);
});

test('R-BAT-24 resumed, it counts from then on; who was failing then counts when it fails once more', async () => {
  await batch();
  await judge('FAILING', 4);
  await halt();
  await forgiveFailures(store.collections, 'batch1', NOW);
  expect(await moveBatch(store.collections.batches, 'batch1', 'run', NOW)).toBe(true);
  expect(await halt()).toBe(false);
  await store.collections.tasks.updateMany({ outcome: 'FAILING' }, { $set: { outcome: 'FAILED', judgedAt: LATER } });
  expect(await halt()).toBe(true);
});

test('R-BAT-24 only a halted batch forgives', async () => {
  await batch('PAUSED');
  await judge('FAILED', 4);
  await forgiveFailures(store.collections, 'batch1', NOW);
  await moveBatch(store.collections.batches, 'batch1', 'run', NOW);
  expect(await halt()).toBe(true);
});

test('R-BAT-24 devices that had the target from the start, and canceled ones, have no outcome', async () => {
  await batch();
  await store.collections.tasks.insertMany(
    Array.from({ length: 12 }, (_, index) => aTask({ status: index < 6 ? 'SUCCEEDED' : 'CANCELED', active: false })),
  );
  await judge('FAILED', 3);
  expect(await halt()).toBe(false);
  await judge('FAILED', 1);
  expect(await halt()).toBe(true);
});

test.each<BatchStatus>(['PAUSED', 'CANCELED', 'FINISHED'])('R-BAT-24 a batch that is %s does not halt', async (status) => {
  await batch(status);
  await judge('FAILED', 9);
  expect(await halt()).toBe(false);
  expect(await stored()).toMatchObject({ status });
});

test('R-BAT-24 with the last device a batch finishes, whatever became of it, and does not halt', async () => {
  await batch();
  await judge('FAILED', 9);
  await store.collections.tasks.deleteMany({ active: true });
  expect(await halt()).toBe(false);
  // A dynamic one still waits for others.
  await store.collections.batches.updateOne({ _id: 'batch1' }, { $set: { matching: true } });
  expect(await halt()).toBe(true);
});

test('R-BAT-24 a look reads keys of one index and no documents, and with few failures few keys', async () => {
  const { tasks } = store.collections;
  await judge('SUCCEEDED', 400);
  await judge('FAILED', 2);
  const judgedAt = { $gt: new Date(0) };
  const failures = { batchId: 'batch1', outcome: { $in: ['FAILING', 'FAILED', 'REGRESSED'] as TaskOutcome[] }, judgedAt };
  for (const [filter, limit, most] of [
    [failures, 0, 10],
    [{ batchId: 'batch1', outcome: 'SUCCEEDED' as const, judgedAt }, 7, 10],
    [{ batchId: 'batch1', outcome: 'FAILING' as const }, 0, 10],
  ] as const) {
    const pipeline = [{ $match: filter }, ...(limit ? [{ $limit: limit }] : []), { $group: { _id: 1, n: { $sum: 1 } } }];
    const explained = JSON.stringify(await tasks.aggregate(pipeline).explain('executionStats'));
    const figure = (name: string) => Math.max(...[...explained.matchAll(new RegExp(`"${name}":(\\d+)`, 'g'))].map(([, n]) => Number(n)));
    expect(figure('totalDocsExamined')).toBe(0);
    expect(figure('totalKeysExamined')).toBeLessThanOrEqual(most);
  }
});
