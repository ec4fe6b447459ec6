import type { FailureCause } from './failure-causes';
import {
  begun,
  confirming,
  heard,
  noted,
  offlineFailure,
  opened,
  overdueFailure,
  type PlatformLedEvent,
  queried,
  unheard,
  waitingAnew,
} from './platform-led';
import { type Attempt, isActive, type Task, type TaskStatus } from './task';
import { ended, maybe, moved, quiet, type TaskChange } from './task-change';

export type { TaskChange } from './task-change';

/** Everything that can happen to a task. Times come in from outside, so that the machine stays a function. */
export type TaskEvent =
  /** The notification left for the device, pushed by the batch or handed out on request. */
  | { kind: 'notified'; repeatMs: number }
  /** A progress report; `timeoutMs` is the batch's time-out, null for none. */
  | { kind: 'progress'; percent: number; timeoutMs: number | null }
  /** The device reported the target version. */
  | { kind: 'succeeded' }
  /** One attempt failed; with `retryAt` another one follows. */
  | { kind: 'attemptFailed'; attempt: number; cause: FailureCause; text: string | null; retryAt: Date | null }
  /** The task is over whatever its attempts: time-out, device removed. */
  | { kind: 'failed'; cause: FailureCause; text: string | null }
  | { kind: 'canceled'; cause: FailureCause | null }
  /** R-TASK-8: somebody lets the task that waits for it begin, or ends it. */
  | { kind: 'confirmed' }
  | { kind: 'rejected' }
  /** R-BAT-11: a newer batch has taken the device over; a task in upgrade keeps it. */
  | { kind: 'overridden' }
  /** R-BAT-21: an operator has a failed task begin again. With `matchedAgain` the only event that leaves a final status. */
  | { kind: 'reinitiated'; gatewayId: string | null; places?: number[] }
  /** R-BAT-10, R-BAT-15: its dynamic batch has matched the device again. It leaves any final status. */
  | ({ kind: 'matchedAgain'; gatewayId: string | null; places?: number[] } & MatchedAgain)
  /** The device has a connection again; its version report is awaited for `settleMs`. */
  | { kind: 'connected'; gatewayId: string; settleMs: number }
  | { kind: 'disconnected' }
  | PlatformLedEvent
  /** Within `withinMs` of its success the device reported another version. Goes on record, once, and the task stays as it is. */
  | { kind: 'versionRegressed'; version: string; withinMs: number }
  /** The device reported the version it is to be upgraded from: it has (re)started and wants its notification again. */
  | { kind: 'sourceReported'; version: string };

/** With what a task begins that its dynamic batch has matched again. */
export interface MatchedAgain {
  sourceVersion: string | null;
  confirmation: boolean;
  timeoutMinutes: number | null;
}

/** What the record of a rejected task says: no failure, so the catalogue of causes has none for it. */
export const REJECTED_TEXT = 'Rejected by the user.';

const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms);
const latest = (...dates: (Date | null)[]): Date => new Date(Math.max(...dates.map((date) => date?.getTime() ?? 0)));

/**
 * The state machine of R-TASK-1: what `event` makes of `task`, or null when it changes nothing, which is
 * how repeats and latecomers end. A final status is left by an operator's `reinitiated` and a batch's `matchedAgain` alone.
 */
export function nextState(task: Task, event: TaskEvent, now: Date): TaskChange | null {
  if (event.kind === 'reinitiated') return reinitiated(task, event, now);
  if (event.kind === 'matchedAgain') return matchedAgain(task, event, now);
  if (event.kind === 'versionRegressed') return versionRegressed(task, event, now);
  if (!isActive(task.status)) return null;
  switch (event.kind) {
    case 'notified':
      return notified(task, event.repeatMs, now);
    case 'progress':
      return progress(task, event.percent, event.timeoutMs, now);
    case 'succeeded':
      return ended(task, 'SUCCEEDED', { cause: null, text: null }, now);
    case 'attemptFailed':
      return attemptFailed(task, event, now);
    case 'failed':
      return ended(task, 'FAILED', event, now);
    case 'canceled':
      return ended(task, 'CANCELED', { cause: event.cause, text: null }, now);
    case 'confirmed':
      return confirmed(task, now);
    case 'rejected':
      return task.status === 'UNCONFIRMED' ? ended(task, 'CANCELED', { cause: null, text: REJECTED_TEXT }, now) : null;
    case 'overridden':
      return task.status === 'IN_PROGRESS' ? null : ended(task, 'CANCELED', { cause: 'OVERWRITTEN_BY_NEWER_TASK', text: null }, now);
    case 'connected':
      return connected(task, event, now);
    case 'disconnected':
      return task.reachable ? quiet({ reachable: false, gatewayId: null, ...unheard(task) }, now) : null;
    case 'answered':
      return answered(task, event, now);
    case 'opened':
      return atWork(task, opened(task, event, now), now);
    case 'confirming':
      return atWork(task, confirming(task, event.repeatMs, now), now);
    case 'queried':
      return maybe(queried(task, event.repeatMs, now), (set) => quiet(set, now));
    case 'noted':
      return maybe(noted(task), (set) => quiet(set, now));
    case 'postponed':
      return task.negotiation?.queriedAt ? quiet({ offerAt: now, ...unheard(task) }, now) : null;
    case 'offlineTooLong':
      return maybe(offlineFailure(task, event, now), (failed) => attemptFailed(task, failed, now));
    case 'overdue':
      return maybe(overdueFailure(task, event, now), (failed) => attemptFailed(task, failed, now));
    case 'sourceReported':
      return sourceReported(task, event.version, now);
  }
}

/** After a reaction the notification is not repeated by the clock; a reconnect still repeats it (R-TASK-7). */
function notified(task: Task, repeatMs: number, now: Date): TaskChange | null {
  if (task.status === 'UNCONFIRMED') return null;
  const set = {
    notifiedAt: now,
    firstNotifiedAt: task.firstNotifiedAt ?? now,
    notifications: task.notifications + 1,
    retryAt: null,
    offerAt: task.reacted ? null : later(now, repeatMs),
    ...begun(task, now),
  };
  return task.status === 'QUEUED' ? moved(task, 'NOTIFIED', set, now) : quiet(set, now);
}

function progress(task: Task, percent: number, timeoutMs: number | null, now: Date): TaskChange | null {
  if (!awaitsDevice(task)) return null;
  const firstProgressAt = task.firstProgressAt ?? now;
  const set = {
    progress: percent,
    reacted: true,
    ...heard(task),
    firstProgressAt,
    deadlineAt: timeoutMs === null ? null : later(firstProgressAt, timeoutMs),
  };
  if (task.status === 'NOTIFIED') return moved(task, 'IN_PROGRESS', set, now);
  return task.progress === percent && task.reacted && (task.negotiation ? task.negotiation.heard : task.offerAt === null)
    ? null
    : quiet(set, now);
}

/** R-TASK-6: while a retry waits, the status stays what it was; attempt number and `retryAt` show it. */
function attemptFailed(task: Task, event: Extract<TaskEvent, { kind: 'attemptFailed' }>, now: Date): TaskChange | null {
  if (event.attempt !== task.attempt) return null;
  const attemptLog: Attempt = {
    number: task.attempt,
    cause: event.cause,
    text: event.text,
    startedAt: task.notifiedAt,
    endedAt: now,
  };
  if (event.retryAt === null) return { ...ended(task, 'FAILED', event, now), attemptLog };
  const offerAt = task.status === 'UNCONFIRMED' ? null : event.retryAt;
  const set = {
    attempt: task.attempt + 1,
    cause: event.cause,
    causeText: event.text,
    progress: null,
    notifiedAt: null,
    notifications: 0,
    reacted: false,
    retryAt: event.retryAt,
    offerAt,
    ...waitingAnew(task, offerAt, task.deadlineAt),
  };
  return { ...quiet(set, now), attemptLog };
}

/** R-TASK-7: an unfinished device that comes back is notified again, after it had time to report its version. */
function connected(task: Task, event: Extract<TaskEvent, { kind: 'connected' }>, now: Date): TaskChange {
  const offerAt = task.status === 'UNCONFIRMED' ? null : latest(task.retryAt, later(now, event.settleMs));
  return quiet({ reachable: true, gatewayId: event.gatewayId, offerAt, ...unheard(task) }, now);
}

function sourceReported(task: Task, version: string, now: Date): TaskChange | null {
  const set: TaskChange['set'] = {};
  if (task.sourceVersion === null) set.sourceVersion = version;
  // A device in upgrade that reports its old version has restarted: it needs the notification once more (device-protocols §1.5 C).
  if (task.status === 'IN_PROGRESS' && task.reacted && task.offerAt === null) set.offerAt = now;
  return Object.keys(set).length > 0 ? quiet(set, now) : null;
}

function confirmed(task: Task, now: Date): TaskChange | null {
  if (task.status !== 'UNCONFIRMED') return null;
  const offerAt = latest(task.retryAt, now);
  return moved(task, 'QUEUED', { offerAt, ...waitingAnew(task, offerAt, task.deadlineAt) }, now);
}

/** The version it answers with is the one it is upgraded from, whatever was known before. */
function answered(task: Task, { version, repeatMs }: Extract<TaskEvent, { kind: 'answered' }>, now: Date): TaskChange | null {
  const change = task.negotiation?.queriedAt ? notified(task, repeatMs, now) : null;
  return change && { ...change, set: { ...change.set, sourceVersion: version } };
}

/** The device has reacted in another way than by progress. */
function atWork(task: Task, set: TaskChange['set'] | null, now: Date): TaskChange | null {
  if (set === null || !awaitsDevice(task)) return null;
  return task.status === 'NOTIFIED' ? moved(task, 'IN_PROGRESS', set, now) : quiet(set, now);
}

function versionRegressed(task: Task, event: Extract<TaskEvent, { kind: 'versionRegressed' }>, now: Date): TaskChange | null {
  const { status, endedAt, targetVersion, transitions } = task;
  const isOnRecord = transitions.at(-1)?.from === 'SUCCEEDED';
  if (status !== 'SUCCEEDED' || endedAt === null || event.version === targetVersion || isOnRecord) return null;
  if (now.getTime() - endedAt.getTime() > event.withinMs) return null;
  return moved(task, status, {}, now, { cause: null, text: `version regressed: ${event.version}` });
}

/** Attempt numbers go on and the record stays; retries and time-out count anew. */
function reinitiated(task: Task, { gatewayId, places }: Extract<TaskEvent, { kind: 'reinitiated' }>, now: Date): TaskChange | null {
  return task.status === 'FAILED' ? begunAgain(task, 'QUEUED', { gatewayId, ...(places && { places }), offerAt: now }, now) : null;
}

function matchedAgain(task: Task, event: Extract<TaskEvent, { kind: 'matchedAgain' }>, now: Date): TaskChange | null {
  if (isActive(task.status)) return null;
  const { gatewayId, places, sourceVersion, confirmation, timeoutMinutes } = event;
  const matches = (task.matches ?? 1) + 1;
  const set = { gatewayId, ...(places && { places }), offerAt: confirmation ? null : now, sourceVersion, matches, timeoutMinutes };
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
    retryAt: null,
    firstProgressAt: null,
    deadlineAt: null,
    endedAt: null,
    ...waitingAnew(task, fields.offerAt ?? null, null),
  };
  return { ...moved(task, to, set, now), attemptLog: lastAttempt(task) };
}

/** A time-out ends the task and not the attempt: it is logged when another one begins. */
function lastAttempt({ attempt, attempts, cause, causeText, notifiedAt, endedAt }: Task): Attempt | null {
  if (cause === null || endedAt === null || attempts.at(-1)?.number === attempt) return null;
  return { number: attempt, cause, text: causeText, startedAt: notifiedAt, endedAt };
}

/** True when this attempt's notification has left, so that a report can only be about it. */
export function awaitsDevice(task: Pick<Task, 'status' | 'notifiedAt'>): boolean {
  return (task.status === 'NOTIFIED' || task.status === 'IN_PROGRESS') && task.notifiedAt !== null;
}
