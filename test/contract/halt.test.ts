import { forgiveFailures, haltIfFailing, unforgive } from '../../core/batches/halt';
import { setBatchStatus } from '../../core/batches/status';
import type { BatchStatus } from '../../schema/model/batch';
import type { TaskStatus } from '../../schema/model/task';
import type { Store } from '../../schema/mongo/connect';
import { aTask } from '../support/builders';
import { emptyStore, testStore } from '../support/store';

const NOW = new Date('2026-01-01T00:00:00Z');
let store: Store;
beforeAll(async () => {
  store = await testStore();
});
afterEach(() => emptyStore(store));
afterAll(() => store.close());

const halt = () => haltIfFailing(store.collections, 'batch1', NOW);
const stored = () => store.collections.batches.findOne({ _id: 'batch1' });
const finish = (status: TaskStatus, count: number) =>
  store.collections.tasks.insertMany(Array.from({ length: count }, () => aTask({ status, active: false })));
const batch = (status: BatchStatus = 'RUNNING', atTarget = 0) =>
  store.collections.batches.insertOne({
    _id: 'batch1',
    status,
    policy: { halt: { failedPercent: 50, minimumFinished: 4 } },
    selection: { matched: 9, created: 9, skippedBusy: 0, atTarget },
  } as never);
/** Somebody who has not finished: there is something left to hold back. */
beforeEach(async () => {
  await store.collections.tasks.insertOne(aTask());
});

test('R-BAT-24 a batch halts when its failures reach the threshold, and says why; a repeat finds it halted', async () => {
  await batch();
  await finish('SUCCEEDED', 2);
  await finish('FAILED', 1);
  expect(await halt()).toBe(false);
  await finish('FAILED', 1);
  expect([await halt(), await halt()]).toEqual([true, true]);
  expect(await stored()).toMatchObject({ status: 'HALTED', statusReason: expect.stringContaining('2 of 4') });
});

test('R-BAT-24 resumed, it counts from then on', async () => {
  await batch();
  await finish('FAILED', 4);
  await halt();
  await forgiveFailures(store.collections, 'batch1', NOW);
  expect(await setBatchStatus(store.collections.batches, 'batch1', 'RUNNING', NOW)).toBe(true);
  expect(await halt()).toBe(false);
  await finish('FAILED', 3);
  expect(await halt()).toBe(false);
  await finish('FAILED', 1);
  expect(await halt()).toBe(true);
});

test('R-BAT-24 devices that had the target from the start, and canceled ones, are not among the finished', async () => {
  await batch('RUNNING', 6);
  await finish('SUCCEEDED', 6);
  await finish('CANCELED', 6);
  await finish('FAILED', 3);
  expect(await halt()).toBe(false);
  await finish('FAILED', 1);
  expect(await halt()).toBe(true);
});

test.each<BatchStatus>(['PAUSED', 'CANCELED', 'FINISHED'])('R-BAT-24 a batch that is %s does not halt', async (status) => {
  await batch(status);
  await finish('FAILED', 9);
  expect(await halt()).toBe(false);
  expect(await stored()).toMatchObject({ status });
});

test('R-BAT-24 R-BAT-21 who was forgiven and has begun again counts when it fails once more', async () => {
  await batch();
  await finish('FAILED', 4);
  await halt();
  await forgiveFailures(store.collections, 'batch1', NOW);
  await setBatchStatus(store.collections.batches, 'batch1', 'RUNNING', NOW);
  await store.collections.tasks.updateMany({ status: 'FAILED' }, { $set: { status: 'QUEUED', active: true, endedAt: null } });
  await unforgive(store.collections, 'batch1');
  expect(await halt()).toBe(false);
  const again = { status: 'FAILED', active: false, endedAt: new Date(NOW.getTime() + 1) } as const;
  await store.collections.tasks.updateMany({ status: 'QUEUED' }, { $set: again });
  await store.collections.tasks.insertOne(aTask());
  await unforgive(store.collections, 'batch1');
  expect(await halt()).toBe(true);
});

test('R-BAT-24 with the last device a batch finishes, whatever became of it, and does not halt', async () => {
  await batch();
  await finish('FAILED', 9);
  await store.collections.tasks.deleteMany({ active: true });
  expect(await halt()).toBe(false);
  // A dynamic one still waits for others.
  await store.collections.batches.updateOne({ _id: 'batch1' }, { $set: { matching: true } });
  expect(await halt()).toBe(true);
});
