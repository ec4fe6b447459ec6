import { FIXED_LIMITS } from '../limits';
import type { RatePolicy } from './batch';
import { currentRate, pushWindow, WINDOWS_A_MINUTE } from './push-rate';

/** Pushes of a stretch of minutes. */
export interface CurvePoint {
  /** From the start of the batch: the first minute of the stretch. */
  minute: number;
  pushes: number;
  /** Since the start, this stretch included. */
  total: number;
}

export interface PushCurve {
  points: CurvePoint[];
  /** Minutes of a stretch. */
  stepMinutes: number;
  /** From the start to the last push, in minutes with fractions; null when nothing is pushed. */
  lastPushMinute: number | null;
}

const MINUTE_MS = 60_000;
const { previewPoints } = FIXED_LIMITS;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720] as const;
const DAY = 1_440;

/** Pushes that are equally far apart. */
interface Stretch {
  from: number;
  intervalMs: number;
  count: number;
}

/**
 * R-BAT-23: how a batch would be pushed to so many devices that are all on-line, with the pacing that it really has. Where the rate grows
 * with successes, devices count as upgraded as soon as they are notified: it is the earliest that can be.
 */
export function pushCurve(devices: number, rate: RatePolicy, reached = 0): PushCurve {
  const stretches = stretchesOf(devices, rate, reached);
  const last = stretches.at(-1);
  if (last === undefined) return { points: [], stepMinutes: 1, lastPushMinute: null };
  const lastPush = last.from + (last.count - 1) * last.intervalMs;
  const minutes = Math.floor(lastPush / MINUTE_MS) + 1;
  const stepMinutes = STEPS.find((step) => Math.ceil(minutes / step) <= previewPoints) ?? Math.ceil(minutes / (previewPoints * DAY)) * DAY;
  const points: CurvePoint[] = [];
  let before = 0;
  for (let minute = 0; minute < minutes; minute += stepMinutes) {
    const total = pushedBefore(stretches, (minute + stepMinutes) * MINUTE_MS);
    points.push({ minute, pushes: total - before, total });
    before = total;
  }
  return { points, stepMinutes, lastPushMinute: lastPush / MINUTE_MS };
}

/** Windows of one rate are one stretch: the first push of a window follows the last of the one before by the interval. */
function stretchesOf(devices: number, rate: RatePolicy, reached: number): Stretch[] {
  const stretches: Stretch[] = [];
  let from = 0;
  for (let pushed = 0; pushed < devices; ) {
    const perMinute = currentRate(rate, reached + pushed);
    const window = pushWindow(perMinute, MINUTE_MS, MINUTE_MS / WINDOWS_A_MINUTE);
    const count = Math.min(devices - pushed, perMinute === mostOf(rate) ? devices : untilNext(rate, reached + pushed, window.count));
    const same = stretches.at(-1);
    if (same?.intervalMs === window.intervalMs) same.count += count;
    else stretches.push({ from, intervalMs: window.intervalMs, count });
    from += count * window.intervalMs;
    pushed += count;
  }
  return stretches;
}

const mostOf = (rate: RatePolicy): number => (rate.kind === 'constant' ? rate.perMinute : rate.maximum);

/** Pushes until the rate is looked at and may have grown: whole windows, since it is looked at before each. */
function untilNext(rate: RatePolicy, reached: number, aWindow: number): number {
  if (rate.kind === 'constant') return aWindow;
  const { count } = rate.threshold;
  const missing = (Math.floor(reached / count) + 1) * count - reached;
  return Math.ceil(missing / aWindow) * aWindow;
}

const pushedBefore = (stretches: readonly Stretch[], ms: number): number =>
  stretches.reduce((sum, { from, intervalMs, count }) => sum + Math.min(count, Math.max(0, Math.ceil((ms - from) / intervalMs))), 0);
