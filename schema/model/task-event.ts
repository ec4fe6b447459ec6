import type { FailureCause } from './failure-causes';
import type { PlatformLedEvent } from './platform-led';

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
  | ({ kind: 'reinitiated'; places?: number[] } & WhereNow)
  /** R-BAT-10, R-BAT-15: its dynamic batch has matched the device again. It leaves any final status. */
  | ({ kind: 'matchedAgain'; places?: number[] } & WhereNow & MatchedAgain)
  /** The device has a connection again; its version report is awaited for `settleMs`. */
  | { kind: 'connected'; gatewayId: string; settleMs: number; presenceRevision?: number }
  /** Its connection has gone. */
  | ({ kind: 'disconnected' } & Gone)
  | PlatformLedEvent
  /** Within `withinMs` of its success the device reported another version. Goes on record, once, and the task stays as it is. */
  | { kind: 'versionRegressed'; version: string; withinMs: number }
  /** The device reported the version it is to be upgraded from: it has (re)started and wants its notification again. */
  | { kind: 'sourceReported'; version: string };

/**
 * Who says that a device has gone says which connection that was: its document's revision does, and a gateway speaks of its own
 * connections only. It changes nothing where the device has been heard of elsewhere, or later.
 */
export type Gone = { presenceRevision: number } | { gatewayId: string };

/** Where its device is. */
interface WhereNow {
  gatewayId: string | null;
  presenceRevision?: number;
}

/** With what a task begins that its dynamic batch has matched again. */
interface MatchedAgain {
  sourceVersion: string | null;
  confirmation: boolean;
  timeoutMinutes: number | null;
}

export type TaskEventOf<K extends TaskEvent['kind']> = Extract<TaskEvent, { kind: K }>;
