import type { RetryPolicy } from '../batch/batch';
import { type Dialect, dialectOf } from '../protocol/dialect';
import { type FailureCause, retriedBy } from './failure-causes';

export interface FailedAttempt {
  /** 1 for the first since the task was made or re-initiated. */
  attempt: number;
  cause: FailureCause;
  /** Epoch milliseconds. */
  now: number;
  /** When the task times out, null for never. */
  deadlineAt: number | null;
  /** Absent: LINK. */
  dialect?: Dialect;
}

/** R-BAT-21: how many attempts there were since the task was made or re-initiated: only these count for its retries. */
export const attemptsMade = (attempt: number, firstAttempt = 1): number => attempt - firstAttempt + 1;

/**
 * R-TASK-5: when the next attempt begins, as epoch milliseconds, or null when there is none: no policy, no retries left,
 * a cause that is never retried, or a time-out that would come first.
 */
export function retryAt(policy: RetryPolicy | null, failed: FailedAttempt, minuteMs: number): number | null {
  if (policy === null || failed.attempt > policy.maxRetries || !retriedBy(dialectOf(failed), failed.cause)) return null;
  const at = failed.now + policy.intervalMinutes * minuteMs;
  return failed.deadlineAt !== null && at >= failed.deadlineAt ? null : at;
}
