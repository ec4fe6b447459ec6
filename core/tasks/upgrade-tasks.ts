import type { FailureCause } from '../../schema/model/failure-causes';
import { batchOfTask, type TaskId } from '../../schema/model/ids';
import type { TaskDeps } from './deps';
import { transition } from './transition';

export interface FailedAttempt {
  taskId: TaskId;
  attempt: number;
  cause: FailureCause;
  text: string | null;
  retryAt: number | null;
}

/** What an upgrade does with its one task. A repeat that finds it done wakes the batch all the same: the first may have died before. */
export function createUpgradeTasks(deps: TaskDeps) {
  return {
    /** Ends the attempt; the batch pushes the next one when it is due, at its rate (R-RATE-4). */
    async failAttempt({ taskId, attempt, cause, text, retryAt }: FailedAttempt): Promise<void> {
      const now = deps.clock();
      const event = { kind: 'attemptFailed' as const, attempt, cause, text, retryAt: retryAt === null ? null : new Date(retryAt) };
      await transition(deps.tasks, taskId, event, now);
      deps.engine.wakeBatch(batchOfTask(taskId), retryAt === null ? 0 : Math.max(0, retryAt - now.getTime()));
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
export type UpgradeTasks = ReturnType<typeof createUpgradeTasks>;
