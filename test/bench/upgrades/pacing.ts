import { mostInWindow } from '../statistics';

/** How exactly a rate was kept (R-RATE-1), by when the notifications left. */
export interface PacingResult {
  pushes: number;
  /** Devices a minute. */
  asked: number;
  reached: number;
  /** `reached` against `asked`, percent; negative is too slow. */
  errorPercent: number;
  /** The most pushes in any 10 s, and how many there may be. */
  mostIn10s: number;
  allowedIn10s: number;
  withinBound: boolean;
}

/** `pushes` in epoch milliseconds. */
export function pacingOf(pushes: readonly number[], asked: number): PacingResult {
  const first = pushes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = pushes.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  // n pushes have n - 1 gaps between them.
  const reached = last > first ? ((pushes.length - 1) * 60_000) / (last - first) : 0;
  const mostIn10s = mostInWindow(pushes, 10_000);
  const allowedIn10s = Math.floor(asked / 6) + 1;
  const errorPercent = (100 * (reached - asked)) / asked;
  return { pushes: pushes.length, asked, reached, errorPercent, mostIn10s, allowedIn10s, withinBound: mostIn10s <= allowedIn10s };
}
