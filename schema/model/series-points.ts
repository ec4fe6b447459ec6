import { DAY_MS, type SeriesSample, type SeriesStep, stepStart } from './series';

export interface BatchPoint {
  at: Date;
  pushed: number;
  succeeded: number;
  failed: number;
  /** Notifications a minute that began an attempt, on average over the step. */
  rate: number;
  asked: number | null;
}

export interface FlowPoint extends Omit<BatchPoint, 'asked'> {
  /** By cause. */
  causes: Record<string, number>;
}

const MINUTE_MS = 60_000;

/** How long what a point tells took to come about. */
function minutesOf({ at, gap }: Pick<SeriesSample, 'at' | 'gap'>, { minutes }: SeriesStep, now: Date): number {
  const elapsed = Math.max(1, (now.getTime() - at.getTime()) / MINUTE_MS);
  return Math.max(Math.min(minutes, elapsed), gap);
}

const rounded = (rate: number): number => Math.round(rate * 10) / 10;

/** Samples of one step of the answer, under its beginning. */
function bySteps(samples: readonly SeriesSample[], { minutes }: SeriesStep): [at: Date, samples: SeriesSample[]][] {
  const steps = new Map<number, SeriesSample[]>();
  for (const sample of samples) {
    const at = stepStart(sample.at, minutes).getTime();
    const found = steps.get(at);
    if (found) found.push(sample);
    else steps.set(at, [sample]);
  }
  return [...steps].map(([at, found]) => [new Date(at), found]);
}

/** A batch's numbers: each point as they stood at the end of its step; a range begins with what was there before. */
export function batchPoints(
  samples: readonly SeriesSample[],
  before: SeriesSample | null,
  step: SeriesStep,
  from: Date,
  now: Date,
): BatchPoint[] {
  const points: BatchPoint[] = [];
  let sent = before?.sent ?? 0;
  const point = (at: Date, { pushed, succeeded, failed, asked }: SeriesSample, rate: number): BatchPoint => ({
    ...{ at, pushed, succeeded, failed, rate },
    asked: asked ?? null,
  });
  if (before) points.push(point(new Date(Math.max(before.at.getTime(), from.getTime() - step.minutes * MINUTE_MS)), before, 0));
  for (const [at, found] of bySteps(samples, step)) {
    const last = found.at(-1) as SeriesSample;
    const gap = Math.max(...found.map((sample) => sample.gap));
    points.push(point(at, last, rounded((last.sent - sent) / minutesOf({ at, gap }, step, now))));
    sent = last.sent;
  }
  return points;
}

/** What came about in each step, over several subjects. */
export function flowPoints(samples: readonly SeriesSample[], step: SeriesStep, now: Date): FlowPoint[] {
  return bySteps(samples, step)
    .sort(([a], [b]) => a.getTime() - b.getTime())
    .map(([at, found]) => {
      const sum = (key: 'pushed' | 'succeeded' | 'failed' | 'sent') => found.reduce((total, sample) => total + sample[key], 0);
      const causes: Record<string, number> = {};
      for (const sample of found)
        for (const [cause, count] of Object.entries(sample.causes ?? {})) causes[cause] = (causes[cause] ?? 0) + count;
      const gap = Math.max(...found.map((sample) => sample.gap));
      return {
        ...{ at, pushed: sum('pushed'), succeeded: sum('succeeded'), failed: sum('failed'), causes },
        rate: rounded(sum('sent') / minutesOf({ at, gap }, step, now)),
      };
    });
}

/** What a range is when nobody says. */
export const DEFAULT_RANGE_MS = DAY_MS;
