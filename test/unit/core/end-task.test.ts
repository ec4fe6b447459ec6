import { endTask, endTasks } from '../../../core/tasks/end-task';
import { aRunningTask, aTask } from '../../support/builders';
import { faultyCore } from '../../support/faulty-core';

const REMOVED = { kind: 'failed', cause: 'DEVICE_REMOVED', text: null } as const;

test('R-FLOW-1 a task that ends tells its upgrade, and wakes its batch', async () => {
  const task = aRunningTask();
  const core = faultyCore([task]);
  expect(await endTask(core, task, REMOVED)).toMatchObject({ status: 'FAILED', cause: 'DEVICE_REMOVED', active: false });
  expect(core.told()).toEqual([`ended ${task._id}`, `wake ${task.batchId}`]);
});

test('R-FLOW-1 one that somebody has ended before does not tell its upgrade again', async () => {
  const task = aRunningTask();
  const core = faultyCore([{ ...task, status: 'CANCELED', active: false, revision: task.revision + 1 }]);
  expect(await endTask(core, task, REMOVED)).toBeNull();
  expect(core.told()).toEqual([`wake ${task.batchId}`]);
});

test('R-FLOW-1 a batch is woken also when the answer to the write was lost, since a repeat finds nothing to end', async () => {
  const task = aRunningTask();
  const core = faultyCore([task]);
  core.breakCall(1, 'repeats');
  await expect(endTask(core, task, REMOVED)).rejects.toThrow('lost');
  expect(core.tasks.all()[0]?.status).toBe('FAILED');
  expect(core.told()).toEqual([`wake ${task.batchId}`]);
});

test('R-BAT-11 of many, those that have changed since are left; whoever ends them wakes the batches', async () => {
  const [queued, running, moved] = [aTask(), aRunningTask(), aTask()];
  const core = faultyCore([queued, running, { ...moved, revision: moved.revision + 1 }]);
  const ended = await endTasks(core, [queued, running, moved], { kind: 'canceled', cause: null });
  expect(ended.map(({ _id }) => _id)).toEqual([queued._id, running._id]);
  expect(core.told()).toEqual([`ended ${running._id}`]);
});
