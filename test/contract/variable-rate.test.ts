import { reachedOf } from '../../core/push/reached';
import { createTaskStore } from '../../core/tasks/mongo-store';
import { transition } from '../../core/tasks/transition';
import type { Task } from '../../schema/model/task/task';
import { aBatch, aNotifiedTask, aTask } from '../support/builders';
import { useStore } from '../support/store';

const AT = new Date('2026-01-01T00:00:00Z');
const store = useStore();

const counted = async (of: 'notified' | 'succeeded') => reachedOf(store.collections, 'batch1', of);

test('R-RATE-2 a device counts as notified once, from its first push on, whatever becomes of it; another batch does not count', async () => {
  const tasks = createTaskStore(store.collections.tasks);
  const task = aTask();
  await store.collections.tasks.insertMany([task, aTask(), aTask({ batchId: 'batch2', firstNotifiedAt: AT })]);
  expect(await counted('notified')).toBe(0);
  const notified = { kind: 'notified', repeatMs: 60_000 } as const;
  await transition(tasks, task._id, notified, AT);
  await transition(tasks, task._id, { kind: 'attemptFailed', attempt: 1, cause: 'DOWNLOAD_FAILED', text: null, retryAt: AT }, AT);
  expect(await counted('notified')).toBe(1);
  await transition(tasks, task._id, notified, AT);
  await transition(tasks, task._id, { kind: 'succeeded' }, AT);
  expect([await counted('notified'), await counted('succeeded')]).toEqual([1, 1]);
});

test('R-RATE-2 devices that had the target from the start do not raise a rate that grows with successes', async () => {
  const ended = (fields: Partial<Task> = {}) => aNotifiedTask({ status: 'SUCCEEDED', active: false, ...fields });
  await store.collections.tasks.insertMany([ended(), ended(), ended({ notifiedAt: null })]);
  const selection = { matched: 3, created: 3, skippedBusy: 0, atTarget: 1 };
  await store.collections.batches.insertOne(aBatch({ selection }));
  expect(await counted('succeeded')).toBe(2);
});
