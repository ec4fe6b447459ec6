import { batchOfTask, type TaskId } from '../../schema/model/ids';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import { currentWait } from '../../schema/model/task/negotiation';
import { limitsMsOf } from '../../schema/model/task/waits';
import { bytesOf } from './batch-facts';
import type { TaskDeps } from './deps';
import { transition } from './transition';

export interface WaitLook {
  taskId: TaskId;
  attempt: number;
  /** When the next attempt would begin if this one's wait is over, epoch milliseconds; null for none. */
  retryAt: number | null;
}

/** Until when a platform-led upgrade may go on as it does. */
export interface WaitLeft {
  /** Epoch milliseconds. */
  until: number;
  firstProgressAt: number | null;
}

export interface FailedAttempt {
  taskId: TaskId;
  attempt: number;
  cause: FailureCause;
  text: string | null;
  /** Epoch milliseconds, null for no further attempt. */
  retryAt: number | null;
}

/** What an upgrade does with its one task. A repeat that finds it done wakes the batch all the same: the first may have died before. */
export function createUpgradeTasks(deps: TaskDeps) {
  return {
    /**
     * Ends the attempt; the batch pushes the next one when it is due, at its rate (R-RATE-4). False when the task has ended, with this or
     * before: whoever ended it may not have known of the report that started the upgrade.
     */
    async failAttempt({ taskId, attempt, cause, text, retryAt }: FailedAttempt): Promise<boolean> {
      const now = deps.clock();
      const event = { kind: 'attemptFailed' as const, attempt, cause, text, retryAt: retryAt === null ? null : new Date(retryAt) };
      const failed = await transition(deps.tasks, taskId, event, now);
      wakeForRetry(deps, taskId, retryAt, now);
      return (failed ?? (await deps.tasks.get(taskId)))?.active ?? false;
    },
    /** R-FLOW-2: ends the attempt if its present wait is over. Null when the upgrade has nothing to wait for any more. */
    async checkWait({ taskId, attempt, retryAt }: WaitLook): Promise<WaitLeft | null> {
      const task = await deps.tasks.get(taskId);
      if (!task?.active || task.attempt !== attempt) return null;
      const limits = limitsMsOf(deps.settings.waits, task, deps.settings.minuteMs);
      if (limits === null) return null;
      const fileBytes = bytesOf(await deps.facts(task.batchId));
      const current = currentWait(task, limits, fileBytes);
      if (current === null) return null;
      const now = deps.clock();
      if (current.until > now) return { until: current.until.getTime(), firstProgressAt: task.firstProgressAt?.getTime() ?? null };
      const event = { kind: 'overdue' as const, attempt, limits, fileBytes, retryAt: retryAt === null ? null : new Date(retryAt) };
      await transition(deps.tasks, task, event, now);
      wakeForRetry(deps, taskId, retryAt, now);
      return this.checkWait({ taskId, attempt, retryAt });
    },
    async timeOut(taskId: TaskId): Promise<void> {
      await transition(deps.tasks, taskId, { kind: 'failed', cause: 'DEVICE_UPGRADE_TIMEOUT', text: null }, deps.clock());
      deps.engine.wakeBatch(batchOfTask(taskId));
    },
    async read(taskId: TaskId): Promise<{ attempt: number; firstProgressAt: number | null } | null> {
      const task = await deps.tasks.get(taskId);
      return task?.active ? { attempt: task.attempt, firstProgressAt: task.firstProgressAt?.getTime() ?? null } : null;
    },
  };
}
/** The batch pushes the next attempt when it begins; without one it looks now, since the task may have been its last. */
export const wakeForRetry = ({ engine }: Pick<TaskDeps, 'engine'>, taskId: TaskId, retryAt: number | null, now: Date): void =>
  engine.wakeBatch(batchOfTask(taskId), retryAt === null ? 0 : Math.max(0, retryAt - now.getTime()));

export type UpgradeTasks = ReturnType<typeof createUpgradeTasks>;
