import { deferredUntil } from './deferral';
import { type Awaiting, currentWait } from './negotiation';
import { isActive, type Task } from './task';
import type { LimitsMs } from './waits';

type Waiting = Awaiting & Pick<Task, 'status' | 'reachable' | 'retryAt' | 'deadlineAt' | 'onlineBy' | 'waitBy' | 'deferral'>;

/**
 * When what a task waits for is over at the latest: its next attempt begins then, or this one has failed. Null: nothing but what is waited
 * for ends it. `limits`: of a platform-led task. `fileBytes`: of its package.
 */
export function waitsUntil(task: Waiting, limits: LimitsMs | null, fileBytes: number, now: Date): Date | null {
  if (!isActive(task.status)) return null;
  const { retryAt, deadlineAt } = task;
  if (retryAt !== null && retryAt > now) return retryAt;
  const ofStep = limits && currentWait(task, limits, fileBytes);
  return first(deadlineAt, deferredUntil(task, now), ...(ofStep ? [ofStep.until] : documentWaits(task)));
}

/** Before anything is accepted; the batch ends them. */
const documentWaits = ({ reachable, onlineBy = null, waitBy = null }: Waiting): (Date | null)[] => [reachable ? null : onlineBy, waitBy];

const first = (...ends: (Date | null)[]): Date | null =>
  ends.reduce((earliest, end) => (earliest === null || (end !== null && end < earliest) ? end : earliest), null);
