import type { BatchId } from '../../schema/model/ids';
import { attemptsMade, retryAt } from '../../schema/model/task/retry';
import type { Task } from '../../schema/model/task/task';
import { onlineCauseOf } from '../../schema/model/task/waits';
import type { TaskDeps } from './deps';
import { tellEnded } from './tell-ended';
import { transition } from './transition';

const CHUNK = 200;

/**
 * R-FLOW-2: ends attempts whose device has not come on-line in time. The batch does it, because an off-line device costs a document and
 * no workflow. Returns when the next wait is over, null when nothing waits.
 */
export async function endOnlineWaits(deps: TaskDeps, batchId: BatchId): Promise<Date | null> {
  const now = deps.clock();
  const next = await deps.tasks.nextOnlineBy(batchId);
  if (next === null || next > now) return next;
  for (const task of await deps.tasks.overdueOffline(batchId, now, CHUNK)) {
    const event = { kind: 'offlineTooLong' as const, attempt: task.attempt, retryAt: await nextAttemptAt(deps, task, now) };
    const failed = await transition(deps.tasks, task, event, now);
    if (failed && !failed.active) await tellEnded(deps, [failed]);
  }
  return now;
}

async function nextAttemptAt(deps: TaskDeps, task: Task, now: Date): Promise<Date | null> {
  const cause = onlineCauseOf(task);
  if (!cause) return null;
  const { policy } = await deps.facts(task.batchId);
  const { attempt, firstAttempt, dialect, deadlineAt } = task;
  const failed = {
    attempt: attemptsMade(attempt, firstAttempt),
    cause,
    now: now.getTime(),
    deadlineAt: deadlineAt?.getTime() ?? null,
    dialect,
  };
  const at = retryAt(policy.retry, failed, deps.settings.minuteMs);
  return at === null ? null : new Date(at);
}
