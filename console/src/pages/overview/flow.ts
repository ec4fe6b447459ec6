/** What came about in a step (`PlatformSeriesPoint` of the API). */
export interface FlowPoint {
  readonly at: string;
  readonly rate: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: readonly { readonly failed: number; readonly cause: { readonly code: string; readonly description: string } }[];
}

export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly stepMinutes: number;
  readonly points: readonly FlowPoint[];
}

export interface Bucket {
  /** When it begins. */
  readonly at: number;
  /** How much of it has passed. */
  readonly minutes: number;
  readonly points: readonly FlowPoint[];
  /** Whether anything is known of it. */
  readonly isKnown: boolean;
}

const MINUTE_MS = 60_000;
/** Minutes that people count in. */
const SIZES = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1_440];

/**
 * Steps put together, so that there are so many at most: a day by the minute is too much to look at. Of the whole platform each step in
 * which somebody looked has a point (`isWhole`); of some products only those in which something happened.
 */
export function bucketsOf({ from, to, stepMinutes, points }: Flow, most: number, isWhole: boolean): { size: number; buckets: Bucket[] } {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  const steps = Math.max(1, Math.ceil((end - begin) / MINUTE_MS / stepMinutes));
  const least = stepMinutes * Math.ceil(steps / most);
  const size = SIZES.find((each) => each >= least) ?? least;
  const startOf = (at: number): number => Math.floor(at / (size * MINUTE_MS)) * size * MINUTE_MS;
  const found = new Map<number, FlowPoint[]>();
  for (const point of points) {
    const at = startOf(Date.parse(point.at));
    const those = found.get(at);
    if (those) those.push(point);
    else found.set(at, [point]);
  }
  const buckets: Bucket[] = [];
  for (let at = startOf(begin); at <= end; at += size * MINUTE_MS) {
    const those = found.get(at) ?? [];
    const minutes = Math.max(stepMinutes, Math.min(size, (end - at) / MINUTE_MS));
    buckets.push({ at, minutes, points: those, isKnown: those.length > 0 || !isWhole });
  }
  return { size, buckets };
}

/** Null where nothing is known. */
const sum = ({ points, isKnown }: Bucket, of: (point: FlowPoint) => number): number | null =>
  isKnown ? points.reduce((total, point) => total + of(point), 0) : null;

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** Devices a minute, on average. */
export function pacesOf(buckets: readonly Bucket[], stepMinutes: number) {
  const perMinute = (of: (point: FlowPoint) => number) =>
    buckets.map((bucket) => {
      const total = sum(bucket, of);
      return total === null ? null : rounded(total / bucket.minutes);
    });
  return {
    notified: perMinute(({ rate }) => rate * stepMinutes),
    succeeded: perMinute(({ succeeded }) => succeeded),
    failed: perMinute(({ failed }) => failed),
  };
}

export interface CauseLine {
  /** Null: all others together. */
  readonly description: string | null;
  readonly code: string | null;
  readonly total: number;
  readonly values: readonly (number | null)[];
}

/** Failures of each cause, the most frequent first; beyond so many, the others together. */
export function causesOf(buckets: readonly Bucket[], most: number): CauseLine[] {
  const totals = new Map<string, { description: string; total: number }>();
  for (const { failed, cause } of buckets.flatMap(({ points }) => points).flatMap(({ failures }) => failures))
    totals.set(cause.code, { description: cause.description, total: (totals.get(cause.code)?.total ?? 0) + failed });
  const sorted = [...totals].sort(([, one], [, other]) => other.total - one.total);
  const line = (codes: ReadonlySet<string>) =>
    buckets.map((bucket) =>
      sum(bucket, ({ failures }) => failures.filter(({ cause }) => codes.has(cause.code)).reduce((total, { failed }) => total + failed, 0)),
    );
  const named = sorted.length > most ? sorted.slice(0, most - 1) : sorted;
  const others = sorted.slice(named.length);
  return [
    ...named.map(([code, { description, total }]) => ({ code, description, total, values: line(new Set([code])) })),
    ...(others.length === 0
      ? []
      : [
          {
            ...{ code: null, description: null, total: others.reduce((total, [, each]) => total + each.total, 0) },
            values: line(new Set(others.map(([code]) => code))),
          },
        ]),
  ];
}
