import { known } from '../device/presence';
import { waitingAnew } from './platform-led';
import { uncounted } from './repeated';
import { type Attempt, isActive, type Task, type TaskStatus } from './task';
import { moved, type TaskChange } from './task-change';
import type { TaskEventOf } from './task-event';

/** Attempt numbers go on and the record stays; retries and time-out count anew. */
export function reinitiated(task: Task, event: TaskEventOf<'reinitiated'>, now: Date): TaskChange | null {
  const { gatewayId, presenceRevision, slots, sourceVersion, regressed } = event;
  if (task.status !== 'FAILED' && !(regressed && task.status === 'SUCCEEDED')) return null;
  const set = {
    gatewayId,
    ...known({ presenceRevision }),
    ...(slots && { slots }),
    ...(sourceVersion && { sourceVersion }),
    offerAt: now,
  };
  return begunAgain(task, 'QUEUED', set, now);
}

/** R-BAT-10: it was upgraded, and its device has the version of before again. */
export const hasRegressed = (
  { status, sourceVersion, targetVersion }: Pick<Task, 'status' | 'sourceVersion' | 'targetVersion'>,
  version: string | null,
): boolean => status === 'SUCCEEDED' && version !== null && version === sourceVersion && version !== targetVersion;

/** Of a dynamic batch; it begins as the device is now. */
export function matchedAgain(task: Task, event: TaskEventOf<'matchedAgain'>, now: Date): TaskChange | null {
  if (isActive(task.status)) return null;
  const { gatewayId, slots, sourceVersion, confirmation, timeoutMinutes } = event;
  const matches = (task.matches ?? 1) + 1;
  const set = {
    gatewayId,
    ...known(event),
    ...(slots && { slots }),
    offerAt: confirmation ? null : now,
    sourceVersion,
    matches,
    timeoutMinutes,
  };
  return begunAgain(task, confirmation ? 'UNCONFIRMED' : 'QUEUED', set, now);
}

function begunAgain(task: Task, to: TaskStatus, fields: TaskChange['set'] & { gatewayId: string | null }, now: Date): TaskChange {
  const attempt = task.attempt + 1;
  const set = {
    ...fields,
    active: true,
    attempt,
    firstAttempt: attempt,
    progress: null,
    cause: null,
    causeText: null,
    reachable: fields.gatewayId !== null,
    notifiedAt: null,
    notifications: 0,
    reacted: false,
    ...uncounted(task),
    retryAt: null,
    firstProgressAt: null,
    deadlineAt: null,
    endedAt: null,
    ...(task.deferral && { deferral: null }),
    ...waitingAnew(task, fields.offerAt ?? null, null),
  };
  return { ...moved(task, to, set, now, undefined, attempt), attemptLog: lastAttempt(task) };
}

/** A time-out ends the task and not the attempt: it is logged when another one begins. */
function lastAttempt({ attempt, attempts, cause, causeText, notifiedAt, endedAt }: Task): Attempt | null {
  if (cause === null || endedAt === null || attempts.at(-1)?.number === attempt) return null;
  return { number: attempt, cause, text: causeText, startedAt: notifiedAt, endedAt };
}
