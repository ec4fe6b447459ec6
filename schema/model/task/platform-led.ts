import type { FailureCause } from './failure-causes';
import { later } from './later';
import { asked, fetches, goesOnAlone, isOffering, unasked } from './lwm2m';
import { currentWait, newNegotiation } from './negotiation';
import { dueAgainAt, hasDownloaded } from './repeated';
import type { Task } from './task';
import type { Repeat } from './task-event';
import { type LimitsMs, onlineCauseOf, WAITS } from './waits';

/** R-FLOW-2: what happens to platform-led tasks only. */
export type PlatformLedEvent =
  /** The device was asked for its version; `waitMs`: how long its task then waits as a document, where it does. */
  | ({ kind: 'queried'; waitMs?: number } & Repeat)
  /** Its answer, and the notification that follows from it. */
  | ({ kind: 'answered'; version: string } & Repeat)
  /** It says that it runs the target, and is asked whether it does. */
  | { kind: 'confirming'; repeatMs: number }
  /** Its answer while it is at work. */
  | { kind: 'noted' }
  /** It answered when nothing could be pushed: it is asked again in its turn. */
  | { kind: 'postponed' }
  /** It has begun to get the file. */
  | { kind: 'opened'; attempt: number }
  /** Ends the attempt if a wait that its batch ends is over: for its off-line device to come, or for what it was asked. */
  | { kind: 'waitedTooLong'; attempt: number; retryAt: Date | null }
  /** Ends the attempt if its present wait is over; `fileBytes` is the size of the package's files. */
  | { kind: 'overdue'; attempt: number; limits: LimitsMs; fileBytes: number; retryAt: Date | null };

type EventOf<K extends PlatformLedEvent['kind']> = Extract<PlatformLedEvent, { kind: K }>;
type Change = Partial<Pick<Task, 'negotiation' | 'onlineBy' | 'waitBy' | 'lwm2m' | 'look'>>;

/** A connection that has gone takes along what was asked and heard over it. */
export const unheard = ({ negotiation }: Task): Change =>
  negotiation && (negotiation.queriedAt || negotiation.heard) ? { negotiation: { ...negotiation, queriedAt: null, heard: false } } : {};

/** Of a device that has come back: what it says of its version now is after its installation, if it had said that it began one. */
export function comeBack(task: Task): Change {
  const { negotiation } = { ...task, ...unheard(task) };
  return negotiation && hasDownloaded(task) ? { negotiation: { ...negotiation, returned: true } } : unheard(task);
}

/** What a report about the upgrade leaves to ask for: a device that has come back is asked for its version all the same. */
export function heard({ negotiation, reacted, offerAt }: Task): Change & Pick<Task, 'offerAt'> {
  if (!negotiation) return { offerAt: null };
  return { negotiation: { ...negotiation, heard: true }, offerAt: reacted ? offerAt : null };
}

/** Its version is as it was, and it is at work: there is nothing to tell it. Who has to confirm a version is asked again later. */
export function noted({ negotiation, offerAt }: Task) {
  if (!negotiation?.queriedAt) return null;
  return { offerAt: negotiation.confirmingAt ? offerAt : null, negotiation: { ...negotiation, queriedAt: null } };
}

/** While its answer is awaited, saying the same again asks nothing more; the wait runs from the first time. */
export function confirming({ negotiation }: Task, repeatMs: number, now: Date) {
  if (!negotiation || (negotiation.confirmingAt && negotiation.queriedAt)) return null;
  const confirmingAt = negotiation.confirmingAt ?? now;
  return {
    reacted: true,
    offerAt: later(now, repeatMs),
    negotiation: { ...negotiation, heard: true, queriedAt: now, confirmingAt },
  };
}

/** Its turn has come and its question is answered. */
export function begun({ negotiation, onlineBy }: Task, now: Date): Change {
  return {
    ...(negotiation && { negotiation: { ...negotiation, queriedAt: null, begunAt: negotiation.begunAt ?? now } }),
    ...(onlineBy && { onlineBy: null }),
  };
}

/**
 * At the beginning of an attempt: from `since` its device has to come on-line, and before the task's time-out. Null while somebody has
 * to confirm the task first.
 */
export function waitingAnew({ negotiation, download, lwm2m, look, waitBy }: Task, since: Date | null, deadlineAt: Date | null): Change {
  if (!negotiation) return {};
  const { onlineMs } = negotiation;
  const onlineBy = since && new Date(Math.min(since.getTime() + onlineMs, deadlineAt?.getTime() ?? Number.POSITIVE_INFINITY));
  const begun = { ...(lwm2m && { lwm2m: null }), ...(look && { look: null }), ...(waitBy && { waitBy: null }) };
  return { negotiation: newNegotiation(onlineMs, download?.bytesServed ?? 0), onlineBy, ...begun };
}

/** The status stays: what a user waits for is the notification. */
export function queried(task: Task, { waitMs, ...repeat }: EventOf<'queried'>, now: Date) {
  const { negotiation, status } = task;
  if (!negotiation || status === 'UNCONFIRMED') return null;
  if (goesOnAlone(task)) return { offerAt: null };
  const { repeats } = task;
  const offerAt = dueAgainAt({ repeats }, repeat, now);
  // What it answers to that is about this delivery: nothing begins anew.
  if (isOffering(task)) return { offerAt };
  return {
    ...{ retryAt: null, offerAt },
    ...asked(task, waitMs, now),
    negotiation: { ...negotiation, queriedAt: now, askedAt: negotiation.askedAt ?? now },
  };
}

/** What was asked of it came to nothing: it is asked again in its turn. */
export const postponed = (task: Task, now: Date): (Change & Pick<Task, 'offerAt'>) | null =>
  task.negotiation?.queriedAt ? { offerAt: now, ...unheard(task), ...unasked(task) } : null;

/** Of an earlier attempt's address nothing follows (device-protocols §0.4.4). */
export function opened(task: Task, event: EventOf<'opened'>, now: Date) {
  const { negotiation, attempt, reacted, offerAt } = task;
  if (event.attempt !== attempt || !negotiation || negotiation.openedAt !== null) return null;
  return { reacted: true, offerAt: reacted ? offerAt : null, negotiation: { ...negotiation, openedAt: now }, ...fetches(task, now) };
}

/** With which an attempt ends whose wait as a document is over; null: it is not. */
export function documentCause(task: Task, now: Date): FailureCause | null {
  const { reachable, onlineBy, waitBy, lwm2m } = task;
  if (waitBy && waitBy <= now && lwm2m) return WAITS.LWM2M[lwm2m.step].cause;
  return !reachable && onlineBy && onlineBy <= now ? onlineCauseOf(task) : null;
}

/** R-TASK-4: the time-out of a task runs between attempts as well, where no workflow does. */
export function documentFailure(task: Task, { attempt, retryAt }: EventOf<'waitedTooLong'>, now: Date) {
  const due = documentCause(task, now);
  if (due === null) return null;
  const timedOut = task.deadlineAt !== null && task.deadlineAt <= now;
  const cause = timedOut ? 'DEVICE_UPGRADE_TIMEOUT' : due;
  return { kind: 'attemptFailed' as const, attempt, cause, text: null, retryAt: timedOut ? null : retryAt };
}

/** The failure of a wait that is over. Judged here and not by who looked: between the look and the write the device may have answered. */
export function overdueFailure(task: Task, { attempt, limits, fileBytes, retryAt }: EventOf<'overdue'>, now: Date) {
  const current = currentWait(task, limits, fileBytes);
  if (current === null || current.until > now) return null;
  return { kind: 'attemptFailed' as const, attempt, cause: current.wait.cause, text: null, retryAt };
}
