/** Quantiles of what was measured, in its unit. */
export interface Quantiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Nearest rank. Null without values. */
export function quantilesOf(values: readonly number[]): Quantiles | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** The most of `times` (milliseconds) that fall into one half-open window of `windowMs`. */
export function mostInWindow(times: readonly number[], windowMs: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  let most = 0;
  let first = 0;
  for (const [index, time] of sorted.entries()) {
    while (time - (sorted[first] ?? time) >= windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** Events a second between the 10th and the 90th percentile of `times` (milliseconds): start and tail left out. Null when too few. */
export function middleRate(times: readonly number[]): number | null {
  const sorted = times.toSorted((one, other) => one - other);
  const low = Math.floor(0.1 * sorted.length);
  const high = Math.ceil(0.9 * sorted.length) - 1;
  const seconds = ((sorted[high] ?? 0) - (sorted[low] ?? 0)) / 1_000;
  return seconds > 0 ? (high - low) / seconds : null;
}
