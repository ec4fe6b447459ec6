import { later } from './later';
import { currentWait, newNegotiation } from './negotiation';
import { dueAgainAt, hasDownloaded } from './repeated';
import type { Task } from './task';
import type { Repeat } from './task-event';
import { type LimitsMs, onlineCauseOf } from './waits';

/** R-FLOW-2: what happens to platform-led tasks only. */
export type PlatformLedEvent =
  /** The device was asked for its version. */
  | ({ kind: 'queried' } & Repeat)
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
  /** Ends the attempt if its device is still off-line and its time to come is over. */
  | { kind: 'offlineTooLong'; attempt: number; retryAt: Date | null }
  /** Ends the attempt if its present wait is over; `fileBytes` is the size of the package's files. */
  | { kind: 'overdue'; attempt: number; limits: LimitsMs; fileBytes: number; retryAt: Date | null };

type EventOf<K extends PlatformLedEvent['kind']> = Extract<PlatformLedEvent, { kind: K }>;
type Change = Partial<Pick<Task, 'negotiation' | 'onlineBy' | 'lwm2m' | 'look'>>;

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
export function waitingAnew({ negotiation, download, lwm2m, look }: Task, since: Date | null, deadlineAt: Date | null): Change {
  if (!negotiation) return {};
  const { onlineMs } = negotiation;
  const onlineBy = since && new Date(Math.min(since.getTime() + onlineMs, deadlineAt?.getTime() ?? Number.POSITIVE_INFINITY));
  const begun = { ...(lwm2m && { lwm2m: null }), ...(look && { look: null }) };
  return { negotiation: newNegotiation(onlineMs, download?.bytesServed ?? 0), onlineBy, ...begun };
}

/** The status stays: what a user waits for is the notification. */
export function queried({ negotiation, status, repeats }: Task, repeat: Repeat, now: Date) {
  if (!negotiation || status === 'UNCONFIRMED') return null;
  const asked = { ...negotiation, queriedAt: now, askedAt: negotiation.askedAt ?? now };
  return { retryAt: null, offerAt: dueAgainAt({ repeats }, repeat, now), negotiation: asked };
}

/** Of an earlier attempt's address nothing follows (device-protocols §0.4.4). */
export function opened({ negotiation, attempt, reacted, offerAt }: Task, event: EventOf<'opened'>, now: Date) {
  if (event.attempt !== attempt || !negotiation || negotiation.openedAt !== null) return null;
  return { reacted: true, offerAt: reacted ? offerAt : null, negotiation: { ...negotiation, openedAt: now } };
}

/** The failure that an off-line device's task has come to. R-TASK-4: its time-out runs between attempts as well, where no workflow does. */
export function offlineFailure(task: Task, { attempt, retryAt }: EventOf<'offlineTooLong'>, now: Date) {
  const { reachable, onlineBy, deadlineAt } = task;
  const online = onlineCauseOf(task);
  if (online === null || reachable || !onlineBy || onlineBy > now) return null;
  const timedOut = deadlineAt !== null && deadlineAt <= now;
  const cause = timedOut ? 'DEVICE_UPGRADE_TIMEOUT' : online;
  return { kind: 'attemptFailed' as const, attempt, cause, text: null, retryAt: timedOut ? null : retryAt };
}

/** The failure of a wait that is over. Judged here and not by who looked: between the look and the write the device may have answered. */
export function overdueFailure(task: Task, { attempt, limits, fileBytes, retryAt }: EventOf<'overdue'>, now: Date) {
  const current = currentWait(task, limits, fileBytes);
  if (current === null || current.until > now) return null;
  return { kind: 'attemptFailed' as const, attempt, cause: current.wait.cause, text: null, retryAt };
}
