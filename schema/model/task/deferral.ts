import type { DeferralPolicy } from '../batch/batch';
import { later } from './later';
import type { Task } from './task';

/** R-TASK-12: what became of a task's deferrals; kept while it goes on, and when it has ended. */
export interface Deferral {
  /** So often has it been deferred. */
  times: number;
  /** Of the last one, as are the others: from then on the task asks for confirmation again. */
  until: Date;
  at: Date;
  /** Who asked for it, by `actorId`. */
  by: string;
  /** When its batch tells who follows the task that the time is over; null once it has. Nothing is decided by it. */
  tellAt: Date | null;
}

/** What a batch allows at a time. */
export interface DeferralBounds {
  maxTimes: number;
  /** No deferral goes beyond. */
  latest: Date;
}

type Deferrable = Pick<Task, 'status' | 'deferral'>;

export const DEFERRAL_OBJECTIONS = ['NOT_WAITING', 'PAST', 'TOO_OFTEN', 'TOO_FAR'] as const;
export type DeferralObjection = (typeof DEFERRAL_OBJECTIONS)[number];

/** So far a batch lets its tasks be deferred now; past its scheduled end nobody would be asked again. */
export function deferralBounds(
  { maxTimes, maxHours }: Required<DeferralPolicy>,
  endAt: Date | null,
  minuteMs: number,
  now: Date,
): DeferralBounds {
  const byHours = later(now, maxHours * 60 * minuteMs);
  return { maxTimes, latest: endAt !== null && endAt < byHours ? endAt : byHours };
}

/**
 * R-TASK-12: SAME for a repeat of the call that deferred it last, which counts no second time, however late it comes; null: it may be
 * deferred.
 */
export function deferralVerdict(task: Deferrable, until: Date, bounds: DeferralBounds, now: Date): DeferralObjection | 'SAME' | null {
  const { status, deferral } = task;
  if (status !== 'UNCONFIRMED') return 'NOT_WAITING';
  if (deferral && deferral.until.getTime() === until.getTime()) return 'SAME';
  if (until <= now) return 'PAST';
  if ((deferral?.times ?? 0) >= bounds.maxTimes) return 'TOO_OFTEN';
  return until > bounds.latest ? 'TOO_FAR' : null;
}

/** Until when nobody is asked to confirm the task; null: it asks. */
export function deferredUntil({ status, deferral }: Deferrable, now: Date): Date | null {
  return status === 'UNCONFIRMED' && deferral && deferral.until > now ? deferral.until : null;
}

/** Deferrals of a task that its batch still allows. */
export const deferralsLeft = ({ deferral }: Pick<Task, 'deferral'>, { maxTimes }: Pick<DeferralBounds, 'maxTimes'>): number =>
  Math.max(0, maxTimes - (deferral?.times ?? 0));

/** When the batch tells that a deferral is over: at whole minutes, so that a million phones wake it once a minute and not a million times. */
export const toldAt = (until: Date, minuteMs: number): Date => new Date(Math.ceil(until.getTime() / minuteMs) * minuteMs);

/** What the record of a task says. */
export const deferredText = (until: Date): string => `Deferred until ${until.toISOString()}.`;
