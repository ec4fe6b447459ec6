import type { RatePolicy } from './batch';

/**
 * Devices a minute now, a whole number. R-RATE-1: a constant. R-RATE-2: grows with `reached`, the devices that were notified, or have
 * succeeded, as the policy's threshold says; not looked at for a constant.
 */
export function currentRate(policy: RatePolicy, reached: number): number {
  switch (policy.kind) {
    case 'constant':
      return policy.perMinute;
    case 'variable': {
      const { base, factor, maximum, threshold } = policy;
      // The small amount makes good for fractions such as 1.2 that have no exact form.
      return Math.min(maximum, Math.floor(base * factor ** Math.floor(reached / threshold.count) + 1e-6));
    }
  }
}

/** What a late push may catch up, of a minute of 60,000 ms; it shrinks with the minute. */
export const BURST_MS = 100;

/**
 * Pushes are paced at this share of the rate. What is left pays for the catch-up: in 10 s there are fewer than
 * 0.99 · rate / 6 · (1 + 100 / 10,000) + 1 pushes, and 0.99 · 1.01 < 1. So BURST_MS could be 101 ms, and no more.
 */
const PACE = 0.99;

const MINUTE_MS = 60_000;

/**
 * A number as large as a date in milliseconds holds fractions of 1/4,096. Intervals and bursts are whole multiples of that, so that
 * ten thousand of them add up without rounding to a rate that is too high.
 */
const PER_MS = 4_096;

/**
 * One window's pushes are one activity. A longer one loses less between windows, when the engine is busy, and costs the engine less;
 * what becomes due meanwhile waits for the next. A stop does not: each push asks first.
 */
export const WINDOWS_A_MINUTE = 12;

export interface PushWindow {
  /** Pushes that fit, at least 1: at a low rate the spacing, not the count, is what holds the rate. */
  count: number;
  /** Milliseconds from one push to the next, a fraction included. */
  intervalMs: number;
}

/** R-RATE-1: how many pushes a sender may take for the next `windowMs`, and how far apart. `minuteMs` is 60,000 save in tests. */
export function pushWindow(perMinute: number, minuteMs: number, windowMs: number): PushWindow {
  const intervalMs = Math.ceil((minuteMs * PER_MS) / (PACE * perMinute)) / PER_MS;
  return { count: Math.max(1, Math.floor(windowMs / intervalMs)), intervalMs };
}

/** Where a sender stands. Plain JSON, so that it survives between activities; times are those of the sender's one clock. */
export interface Pacer {
  /** When the next push is due if all are in time. */
  dueAt: number;
  /** How far ahead of `dueAt` a push may leave. */
  burstMs: number;
}

/** A sender that has pushed nothing yet. */
export const newPacer = (minuteMs: number): Pacer => ({
  dueAt: 0,
  burstMs: Math.floor((BURST_MS * minuteMs * PER_MS) / MINUTE_MS) / PER_MS,
});

export interface SendTime {
  /** When the push may leave: `now`, or later. */
  at: number;
  /** The sender's standing after a push at `at`. */
  pacer: Pacer;
}

/**
 * R-RATE-1: the first moment from `now` on at which a push may leave. Over any 10 s there are at most rate / 6 + 1, over any minute
 * at most `rate`, however late the caller comes; idle time earns nothing beyond the burst.
 *
 * The bounds hold for pushes that leave at `at`. A sender that had to wait therefore asks again when it wakes, with the pacer it
 * had before, and keeps the new pacer only with the push:
 * `while ((next = nextSendTime(pacer, intervalMs, clock())).at > clock()) await until(next.at)`.
 */
export function nextSendTime(pacer: Pacer, intervalMs: number, now: number): SendTime {
  const at = Math.max(now, pacer.dueAt - pacer.burstMs);
  return { at, pacer: { dueAt: Math.max(at, pacer.dueAt) + intervalMs, burstMs: pacer.burstMs } };
}
