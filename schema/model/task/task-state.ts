import { gone, isOlder, known } from '../device/presence';
import { startsByAcceptance } from '../protocol/dialect';
import { matchedAgain, reinitiated } from './begun-again';
import { deferralVerdict, deferredText, toldAt } from './deferral';
import { answered, atWork, notified, progress, sourceReported, versionRegressed } from './device-exchange';
import { isAway, isBack, lwm2mChange, resetLater } from './lwm2m';
import { withOutcome } from './outcome';
import {
  comeBack,
  confirming,
  documentFailure,
  noted,
  opened,
  overdueFailure,
  postponed,
  queried,
  unheard,
  waitingAnew,
} from './platform-led';
import { dueAgainAt, uncounted } from './repeated';
import { latest, settled, settlesAt } from './settling';
import { type Attempt, isActive, type Task } from './task';
import { ended, maybe, moved, quiet, type TaskChange } from './task-change';
import type { TaskEvent, TaskEventOf } from './task-event';

/** What the record of a rejected task says: no failure, so the catalogue of causes has none for it. */
export const REJECTED_TEXT = 'Rejected by the user.';

/**
 * The state machine of R-TASK-1: what `event` makes of `task`, or null when it changes nothing, which is
 * how repeats and late reports end. A final status is left by an operator's `reinitiated` and a batch's `matchedAgain` alone.
 */
export function nextState(task: Task, event: TaskEvent, now: Date): TaskChange | null {
  return maybe(stepOf(task, event, now), (change) => withOutcome(task, event, change, now));
}

function stepOf(task: Task, event: TaskEvent, now: Date): TaskChange | null {
  if (event.kind === 'reinitiated') return reinitiated(task, event, now);
  if (event.kind === 'matchedAgain') return matchedAgain(task, event, now);
  if (event.kind === 'versionRegressed') return versionRegressed(task, event, now);
  if (event.kind === 'resetDue') return resetLater(task, event, now);
  if (!isActive(task.status)) return null;
  switch (event.kind) {
    case 'notified':
      return notified(task, event, now);
    case 'heldBack':
      return event.attempt === task.attempt && task.notifiedAt !== null ? quiet({ offerAt: dueAgainAt(task, event, now) }, now) : null;
    case 'ineligible':
      return ineligible(task, event.version, now);
    case 'progress':
      return progress(task, event, now);
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
    case 'deferred':
      return deferred(task, event, now);
    case 'deferralEnded':
      return deferralEnded(task, now);
    case 'overridden':
      return task.status === 'IN_PROGRESS' ? null : ended(task, 'CANCELED', { cause: 'OVERWRITTEN_BY_NEWER_TASK', text: null }, now);
    case 'connected':
      return connected(task, event, now);
    case 'disconnected':
      return maybe(gone(task, event), (set) => quiet({ ...set, ...unheard(task), ...isAway(task, now) }, now));
    case 'settled':
      return maybe(settled(task, now), (set) => quiet(set, now));
    case 'answered':
      return answered(task, event, now);
    case 'opened':
      return atWork(task, opened(task, event, now), now);
    case 'confirming':
      return atWork(task, confirming(task, event.repeatMs, now), now);
    case 'queried':
      return maybe(queried(task, event, now), (set) => quiet(set, now));
    case 'noted':
      return maybe(noted(task), (set) => quiet(set, now));
    case 'postponed':
      return maybe(postponed(task, now), (set) => quiet(set, now));
    case 'waitedTooLong':
      return maybe(documentFailure(task, event, now), (failed) => attemptFailed(task, failed, now));
    case 'overdue':
      return maybe(overdueFailure(task, event, now), (failed) => attemptFailed(task, failed, now));
    case 'sourceReported':
      return sourceReported(task, event, now);
    case 'slotAwaited':
    case 'offering':
    case 'accepted':
    case 'seen':
    case 'unanswered':
      return lwm2mChange(task, event, now);
  }
}

/** R-TASK-6: while a retry waits, the status stays what it was; attempt number and `retryAt` show it, and the record has a line. */
function attemptFailed(task: Task, event: TaskEventOf<'attemptFailed'>, now: Date): TaskChange | null {
  if (event.attempt !== task.attempt) return null;
  const attemptLog: Attempt = {
    number: task.attempt,
    cause: event.cause,
    text: event.text,
    startedAt: task.notifiedAt,
    endedAt: now,
  };
  if (event.retryAt === null) return { ...ended(task, 'FAILED', event, now, task.attempt), attemptLog };
  const offerAt = task.status === 'UNCONFIRMED' ? null : event.retryAt;
  const set = {
    attempt: task.attempt + 1,
    cause: event.cause,
    causeText: event.text,
    progress: null,
    notifiedAt: null,
    notifications: 0,
    reacted: false,
    ...uncounted(task),
    retryAt: event.retryAt,
    offerAt,
    ...waitingAnew(task, offerAt, task.deadlineAt),
  };
  return { ...moved(task, task.status, set, now, event), attemptLog };
}

/** R-TASK-7: an unfinished device that comes back is notified again, after it had time to report its version. */
function connected(task: Task, event: TaskEventOf<'connected'>, now: Date): TaskChange | null {
  if (isOlder(task, event)) return null;
  const settledAt = settlesAt(task, event.settleMs, now);
  const offerAt = task.status === 'UNCONFIRMED' ? null : latest(task.retryAt, settledAt);
  // Word of a connection that the task knows of is no return.
  const isNews = event.presenceRevision === undefined || event.presenceRevision > (task.presenceRevision ?? 0);
  const back = task.notifiedAt !== null && isNews && !event.unheard;
  const heardBefore = back ? { cameBack: true, ...comeBack(task) } : unheard(task);
  const { gatewayId } = event;
  const change = startsByAcceptance(task) ? isBack(task, gatewayId, offerAt, now) : { offerAt, ...heardBefore };
  return quiet({ reachable: true, gatewayId, ...known(event), settledAt, ...change }, now);
}

/** R-PKG-6: the device was updated by other means before its turn; no retry helps. */
const ineligible = (task: Task, version: string, now: Date): TaskChange | null =>
  task.notifiedAt === null ? ended(task, 'FAILED', { cause: 'SOURCE_VERSION_NOT_ELIGIBLE', text: version }, now) : null;

function confirmed(task: Task, now: Date): TaskChange | null {
  if (task.status !== 'UNCONFIRMED') return null;
  const offerAt = latest(task.retryAt, now);
  return moved(task, 'QUEUED', { offerAt, ...waitingAnew(task, offerAt, task.deadlineAt) }, now);
}

/** R-TASK-12: judged with each write, so that of two that come at once the second meets what the first has left. */
function deferred(task: Task, { until, by, bounds, minuteMs }: TaskEventOf<'deferred'>, now: Date): TaskChange | null {
  if (deferralVerdict(task, until, bounds, now) !== null) return null;
  const deferral = { times: (task.deferral?.times ?? 0) + 1, until, at: now, by, tellAt: toldAt(until, minuteMs) };
  const why = { cause: null, text: deferredText(until) };
  return moved(task, 'UNCONFIRMED', { deferral }, now, why);
}

const deferralEnded = ({ status, deferral }: Task, now: Date): TaskChange | null =>
  status === 'UNCONFIRMED' && deferral?.tellAt && deferral.tellAt <= now ? quiet({ deferral: { ...deferral, tellAt: null } }, now) : null;
