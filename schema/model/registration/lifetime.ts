import { wholeNumberOf } from './whole-number-of';

/** LwM2M 1.1 core, 6.2.1: seconds that a registration lasts without an Update. What a device names beyond these is refused. */
export const LIFETIME_SECONDS = { byDefault: 86_400, least: 1, most: 2 ** 32 - 1 } as const;

/** An Update that is late is waited for: for a tenth of the lifetime, and half a minute at least. */
const GRACE = { share: 0.1, leastSeconds: 30 } as const;

/** Absent: what holds when a device names none. Null: not a lifetime. */
export function readLifetime(text: string | undefined): number | null {
  if (text === undefined) return LIFETIME_SECONDS.byDefault;
  const seconds = wholeNumberOf(text);
  return seconds !== null && seconds >= LIFETIME_SECONDS.least && seconds <= LIFETIME_SECONDS.most ? seconds : null;
}

export const graceSeconds = (lifetimeSeconds: number): number => Math.max(lifetimeSeconds * GRACE.share, GRACE.leastSeconds);

/** When a registration that was made or updated at `at` is gone. */
export const expiryOf = (lifetimeSeconds: number, at: Date): Date =>
  new Date(at.getTime() + Math.ceil((lifetimeSeconds + graceSeconds(lifetimeSeconds)) * 1_000));
