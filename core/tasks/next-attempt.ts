import type { FailureCause } from '../../schema/model/task/failure-causes';
import { attemptsMade, retryAt } from '../../schema/model/task/retry';
import type { Task } from '../../schema/model/task/task';
import type { TaskDeps } from './deps';

/** R-TASK-5: when the attempt after one that has failed without a workflow begins; null for none. */
export async function nextAttemptAt(
  { facts, settings }: Pick<TaskDeps, 'facts' | 'settings'>,
  { batchId, attempt, firstAttempt, dialect, deadlineAt }: Task,
  cause: FailureCause,
  now: Date,
): Promise<Date | null> {
  const { policy } = await facts(batchId);
  const failed = {
    attempt: attemptsMade(attempt, firstAttempt),
    cause,
    now: now.getTime(),
    deadlineAt: deadlineAt?.getTime() ?? null,
    dialect,
  };
  const at = retryAt(policy.retry, failed, settings.minuteMs);
  return at === null ? null : new Date(at);
}
