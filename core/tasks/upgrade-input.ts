import type { BatchPolicy } from '../../schema/model/batch/batch';
import { isPlatformLed } from '../../schema/model/protocol/dialect';
import { isNegotiating } from '../../schema/model/task/negotiation';
import type { Task } from '../../schema/model/task/task';
import type { UpgradeInput } from '../../schema/model/task/upgrade';
import { firstLookMinutes } from '../../schema/model/task/waits';
import type { TaskDeps } from './deps';
import type { UpgradingTask } from './store';

/** What an upgrade workflow is started with, from the task as it is stored now. */
export async function upgradeInput({ facts, settings }: Pick<TaskDeps, 'facts' | 'settings'>, task: UpgradingTask): Promise<UpgradeInput> {
  const { policy } = await facts(task.batchId);
  const lookMinutes = firstLookMinutes(settings.waits, task);
  return {
    taskId: task._id,
    batchId: task.batchId,
    deviceId: task.deviceId,
    module: task.module,
    attempt: task.attempt,
    ...((task.firstAttempt ?? 1) > 1 && { firstAttempt: task.firstAttempt }),
    retry: policy.retry,
    timeoutMinutes: timeoutOf(task, policy),
    firstProgressAt: task.firstProgressAt?.getTime() ?? null,
    minuteMs: settings.minuteMs,
    ...(lookMinutes !== null && { dialect: task.dialect, versionMinutes: lookMinutes }),
  };
}

/** R-BAT-16: a task of a dynamic batch keeps the time-out it was made with, in minutes. */
export const timeoutOf = (task: Pick<Task, 'timeoutMinutes'>, policy: Pick<BatchPolicy, 'timeoutMinutes'>): number | null =>
  task.timeoutMinutes === undefined ? policy.timeoutMinutes : task.timeoutMinutes;

/** True once a report of the device has started its upgrade workflow, or, platform-led, the batch has; between its attempts there is none. */
export const hasUpgrade = (task: Pick<Task, 'firstProgressAt' | 'attempt' | 'firstAttempt' | 'dialect' | 'negotiation'>): boolean =>
  isPlatformLed(task) ? isNegotiating(task) : task.firstProgressAt !== null || task.attempt > (task.firstAttempt ?? 1);
