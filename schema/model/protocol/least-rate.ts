/** What a transfer has to move over time to go on. */
export interface LeastRate {
  bytesPerSecond: number;
  /** So long it may move nothing, or less. Also what it may save up by moving more. */
  timeoutMs: number;
}

/** Until when a transfer may go on that has moved `bytes` by now, and until `until` before. All in milliseconds of one clock. */
export const goesOnUntil = (until: number, bytes: number, now: number, { bytesPerSecond, timeoutMs }: LeastRate): number =>
  Math.min(now + timeoutMs, until + (bytes / bytesPerSecond) * 1_000);
