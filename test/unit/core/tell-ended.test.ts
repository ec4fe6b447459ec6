import { onProgress } from '../../../core/reports/report';
import { cancelBatchTasks } from '../../../core/tasks/cancel';
import { createUpgradeTasks } from '../../../core/tasks/upgrade-tasks';
import { newNegotiation } from '../../../schema/model/task/negotiation';
import type { Task } from '../../../schema/model/task/task';
import { aTask } from '../../support/builders';
import { faultyCore } from '../../support/faulty-core';

const MINUTE = 60_000;
const iotda = (fields: Partial<Task> = {}): Task => aTask({ dialect: 'IOTDA', negotiation: newNegotiation(MINUTE), ...fields });

/** What was told of its end, and whether the upgrade may still be starting. */
function listening(tasks: Task[]) {
  const core = faultyCore(tasks);
  const told: [string, boolean | undefined][] = [];
  core.engine.tellEnded = async ({ _id }, mayStart) => void told.push([_id, mayStart]);
  return { core, told };
}

test('R-FLOW-1 a first progress report that a cancellation has overtaken ends the upgrade that it started', async () => {
  const task = aTask({ status: 'NOTIFIED', notifiedAt: new Date(), offerAt: null });
  const { core, told } = listening([task]);
  const { report } = core.engine;
  core.engine.report = async (...args) => {
    await report(...args);
    await cancelBatchTasks(core, task.batchId);
  };
  await onProgress(core, task, { percent: 10 });
  expect(core.tasks.all()[0]?.status).toBe('CANCELED');
  expect(told.map(([id]) => id)).toEqual([task._id]);
});

test('R-FLOW-1 an upgrade that was started by a failure learns that its task has ended meanwhile', async () => {
  const task = aTask({ status: 'NOTIFIED', notifiedAt: new Date() });
  const { core } = listening([task]);
  const upgrades = createUpgradeTasks(core);
  const failure = { taskId: task._id, attempt: 1, cause: 'DOWNLOAD_FAILED' as const, text: null, retryAt: core.now.getTime() + MINUTE };
  expect(await upgrades.failAttempt(failure)).toBe(true);
  expect(await upgrades.failAttempt(failure)).toBe(true);
  await cancelBatchTasks(core, task.batchId);
  expect(await upgrades.failAttempt({ ...failure, attempt: 2 })).toBe(false);
  expect(await upgrades.failAttempt({ ...failure, taskId: 'gone.device' })).toBe(false);
});

test('R-FLOW-7 a device that was asked and has gone leaves an upgrade, which is told; one never asked costs nothing', async () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const asked = iotda({ deviceName: 'asked', negotiation: { ...newNegotiation(MINUTE), askedAt: now } });
  const { core, told } = listening([asked, iotda({ deviceName: 'waits' })]);
  await cancelBatchTasks(core, asked.batchId);
  expect(told).toEqual([[asked._id, true]]);
});

test('R-FLOW-7 only of one asked a moment ago the upgrade may still be starting', async () => {
  const { core, told } = listening([iotda({ negotiation: { ...newNegotiation(MINUTE), askedAt: new Date('2025-12-31T23:57:00Z') } })]);
  await cancelBatchTasks(core, 'batch1');
  expect(told.map(([, mayStart]) => mayStart)).toEqual([false]);
});
