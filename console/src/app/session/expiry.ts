/** How long before its end somebody is told that the session ends. */
export const WARNING_MS = 10 * 60_000;

/** Timers of browsers overflow beyond 24.8 days. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

export type Expiry =
  | { readonly due: 'later'; readonly lookInMs: number }
  | { readonly due: 'soon'; readonly lookInMs: number }
  | { readonly due: 'now' };

/** Where a session is on its way to its end, and when that is to be looked at again. */
export function expiryOf(expiresAt: Date, now: Date, warningMs = WARNING_MS): Expiry {
  const leftMs = expiresAt.getTime() - now.getTime();
  if (leftMs <= 0) return { due: 'now' };
  if (leftMs <= warningMs) return { due: 'soon', lookInMs: leftMs };
  return { due: 'later', lookInMs: Math.min(leftMs - warningMs, LONGEST_WAIT_MS) };
}
