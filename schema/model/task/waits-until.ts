import { currentWait } from './negotiation';
import { isActive, type Task } from './task';
import type { LimitsMs } from './waits';

type Waiting = Pick<
  Task,
  'status' | 'reachable' | 'retryAt' | 'deadlineAt' | 'onlineBy' | 'dialect' | 'negotiation' | 'reacted' | 'progress' | 'download' | 'lwm2m'
>;

/**
 * When what a task waits for is over at the latest: its next attempt begins then, or this one has failed. Null: nothing but what is waited
 * for ends it. `limits`: of a platform-led task. `fileBytes`: of its package.
 */
export function waitsUntil(task: Waiting, limits: LimitsMs | null, fileBytes: number, now: Date): Date | null {
  if (!isActive(task.status)) return null;
  const { retryAt, deadlineAt } = task;
  if (retryAt !== null && retryAt > now) return retryAt;
  const stepEnds = (limits && currentWait(task, limits, fileBytes)?.until) ?? documentWait(task);
  return stepEnds === null || (deadlineAt !== null && deadlineAt < stepEnds) ? deadlineAt : stepEnds;
}

/** Before anything is accepted; the batch ends it. */
const documentWait = ({ reachable, onlineBy = null }: Waiting): Date | null => (reachable ? null : onlineBy);
