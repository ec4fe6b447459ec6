import type { DeferralBounds } from './deferral';
import type { FailureCause } from './failure-causes';
import type { Lwm2mEvent } from './lwm2m';
import type { PlatformLedEvent } from './platform-led';

/** Everything that can happen to a task. Times come in from outside, so that the machine stays a function. */
export type TaskEvent =
  /** The notification left for the device, pushed by the batch or, `asked`, handed out to one that has to ask. */
  | ({ kind: 'notified'; asked?: boolean } & Repeat)
  /** R-TASK-11: none leaves any more in this attempt, which is about to end. */
  | ({ kind: 'heldBack'; attempt: number } & Repeat)
  /** A progress report; `timeoutMs` is the batch's time-out, null for none. `late`: over a connection that has closed since. */
  | { kind: 'progress'; percent: number; timeoutMs: number | null; late?: boolean }
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
  /** R-TASK-12: whom it asks wants to be asked again later. `bounds`: what its batch allows. */
  | { kind: 'deferred'; until: Date; by: string; bounds: DeferralBounds; minuteMs: number }
  /** The time is over, and who follows the task hears it. */
  | { kind: 'deferralEnded' }
  /** R-BAT-11: a newer batch has taken the device over; a task in upgrade keeps it. */
  | { kind: 'overridden' }
  /**
   * R-BAT-21: an operator has a failed task begin again, or R-BAT-10 one whose device has `regressed` after its success. With `matchedAgain`
   * the only event that leaves a final status.
   */
  | ({ kind: 'reinitiated'; slots?: number[]; sourceVersion?: string | null; regressed?: boolean } & WhereNow)
  /** R-BAT-10, R-BAT-15: its dynamic batch has matched the device again. It leaves any final status. */
  | ({ kind: 'matchedAgain'; slots?: number[] } & WhereNow & MatchedAgain)
  /** R-TASK-5: the version is none that the task's package or batch upgrades from; it counts while nothing was asked of the device. */
  | { kind: 'ineligible'; version: string }
  /** The device has a connection again; its version report is awaited for `settleMs`. `unheard`: it has had it all along, and nobody listened. */
  | { kind: 'connected'; gatewayId: string; settleMs: number; presenceRevision?: number; unheard?: boolean }
  /** Its connection has gone. */
  | ({ kind: 'disconnected' } & Gone)
  /** The device has said which version it has: that is what was awaited after its connection. */
  | { kind: 'settled' }
  | PlatformLedEvent
  | Lwm2mEvent
  /** Within `withinMs` of its success the device reported another version. Goes on record, once, and the task stays as it is. */
  | { kind: 'versionRegressed'; version: string; withinMs: number }
  /**
   * The device reported a version it may be upgraded from; one that works on its upgrade has started again and wants its notification.
   * `byParent`: it may as well be that its parent has.
   */
  | { kind: 'sourceReported'; version: string; byParent?: boolean };

/** How long an unanswered notification waits for its repeat: `repeatMs`, then twice as long each time, up to `longestMs`. */
export interface Repeat {
  repeatMs: number;
  /** Absent: a day. */
  longestMs?: number;
}

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
