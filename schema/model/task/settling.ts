import { later } from './later';
import type { Task } from './task';

type Settling = Pick<Task, 'status' | 'reacted' | 'offerAt' | 'retryAt' | 'settledAt'>;

export const latest = (...dates: (Date | null)[]): Date => new Date(Math.max(...dates.map((date) => date?.getTime() ?? 0)));

/**
 * Until when the version report of a device that has just connected is awaited. One that reconnects before that, or soon after, is not
 * waited for anew, or it would be for ever; save in upgrade, where a connection may be that of its new firmware.
 */
export function settlesAt({ settledAt, reacted }: Settling, settleMs: number, now: Date): Date {
  const goesOn = settledAt && !reacted && Math.abs(settledAt.getTime() - now.getTime()) < settleMs;
  return goesOn ? settledAt : later(now, settleMs);
}

/** Its time is not over yet. */
export const isSettling = ({ status, reacted, offerAt, settledAt }: Settling, now: Date): boolean =>
  status !== 'UNCONFIRMED' && !reacted && offerAt !== null && Boolean(settledAt) && Number(settledAt) > now.getTime();

/** The report has come: nothing more is awaited, of this connection nor of those that follow at once. Null: nothing was. */
export const settled = (task: Settling, now: Date) =>
  isSettling(task, now) ? { settledAt: now, offerAt: latest(task.retryAt, now) } : null;
