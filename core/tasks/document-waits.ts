import type { BatchId } from '../../schema/model/ids';
import { documentCause } from '../../schema/model/task/platform-led';
import type { TaskDeps } from './deps';
import { nextAttemptAt } from './next-attempt';
import { tellEnded } from './tell-ended';
import { transition, transitionMany } from './transition';

const CHUNK = 200;

/**
 * R-FLOW-2, R-FLOW-3: ends attempts whose device has not come on-line in time, or has not answered what it was asked before it has accepted
 * anything, or has not got a slot of its cell. R-TASK-12: writes tasks that ask for confirmation again, so that who follows them is told.
 * The batch does it, because such a task costs a document and no workflow. Returns when the next wait is over, null when nothing waits.
 */
export async function endDocumentWaits(deps: TaskDeps, batchId: BatchId): Promise<Date | null> {
  const now = deps.clock();
  const next = await deps.tasks.nextWaitEnd(batchId);
  if (next === null || next > now) return next;
  await transitionMany(deps.tasks, await deps.tasks.endedDeferrals(batchId, now, CHUNK), { kind: 'deferralEnded' }, now);
  for (const task of await deps.tasks.overdueWaits(batchId, now, CHUNK)) {
    const cause = documentCause(task, now);
    if (cause === null) continue;
    const retryAt = await nextAttemptAt(deps, task, cause, now);
    const failed = await transition(deps.tasks, task, { kind: 'waitedTooLong', attempt: task.attempt, retryAt }, now);
    if (failed && !failed.active) await tellEnded(deps, [failed]);
  }
  return now;
}
