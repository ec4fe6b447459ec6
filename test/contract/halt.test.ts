import { forgiveFailures, haltIfFailing } from '../../core/batches/halt';
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
  await forgiveFailures(store.collections, 'batch1');
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
