import { leftBehind } from '../lwm2m/left-behind';
import type { FailureCause } from './failure-causes';
import type { Attempt, Task, TaskStatus, Transition } from './task';

/** The fields an event changes. `transition` and `attemptLog` are appended to their logs. */
export interface TaskChange {
  set: Partial<Omit<Task, '_id' | 'attempts' | 'transitions'>>;
  transition: Transition | null;
  attemptLog: Attempt | null;
}

export function ended(
  task: Task,
  to: TaskStatus,
  why: { cause: FailureCause | null; text: string | null },
  now: Date,
  attempt = lastBegun(task),
): TaskChange {
  const set = {
    active: false,
    cause: why.cause,
    causeText: why.text,
    reachable: false,
    gatewayId: null,
    offerAt: null,
    retryAt: null,
    endedAt: now,
    ...(task.onlineBy && { onlineBy: null }),
    ...leftBehind(task, to === 'SUCCEEDED', now),
  };
  return moved(task, to, set, now, why, attempt);
}

/** While a retry waits, its attempt has not begun: what ends the task then ends none. */
const lastBegun = ({ attempt, firstAttempt = 1, notifiedAt }: Task): number =>
  notifiedAt === null && attempt > firstAttempt ? attempt - 1 : attempt;

export function moved(
  task: Task,
  to: TaskStatus,
  set: TaskChange['set'],
  now: Date,
  why: { cause: FailureCause | null; text: string | null } = { cause: null, text: null },
  attempt = task.attempt,
): TaskChange {
  const transition = { at: now, attempt, from: task.status, to, cause: why.cause, text: why.text };
  return { set: { ...set, status: to, updatedAt: now }, transition, attemptLog: null };
}

export const maybe = <A, B>(value: A | null, then: (value: A) => B | null): B | null => (value === null ? null : then(value));

/** A change of neither the status nor the attempt: nothing for the transition log. */
export function quiet(set: TaskChange['set'], now: Date): TaskChange {
  return { set: { ...set, updatedAt: now }, transition: null, attemptLog: null };
}
