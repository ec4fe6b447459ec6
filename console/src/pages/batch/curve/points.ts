/** Numbers of a batch at the end of a step (`BatchSeriesPoint` of the API). */
export interface Point {
  readonly at: string;
  readonly pushed: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly asked: number | null;
}

export interface Series {
  readonly stepMinutes: number;
  readonly points: readonly Point[];
}

/** What was read anew from the last point on takes its place; null where the steps have become others, so that all has to be read. */
export function joined(before: Series, later: Series): Series | null {
  if (later.stepMinutes !== before.stepMinutes) return null;
  const [first] = later.points;
  const kept = first ? before.points.filter(({ at }) => at < first.at) : before.points;
  return { stepMinutes: before.stepMinutes, points: [...kept, ...later.points] };
}

type MarkKind = 'CANCELED' | 'EDITED' | 'FAILED' | 'FINISHED' | 'HALTED' | 'PAUSED' | 'REOPENED' | 'RESUMED' | 'STARTED';

export interface Known {
  readonly series: Series;
  /** When the batch began: before that everything is 0. */
  readonly begin: number;
  /** The end of what is shown: now, or when the batch ended. */
  readonly end: number;
  readonly isOver: boolean;
  readonly counts: {
    readonly total: number;
    readonly notified: number;
    readonly inProgress: number;
    readonly succeeded: number;
    readonly failed: number;
  };
  /** Devices a minute that are asked for now; null: it is not pushed, or there is no saying how many devices come. */
  readonly asked: number | null;
  readonly marks: readonly { readonly at: string; readonly kind: MarkKind }[];
}

export interface Lines {
  readonly times: readonly number[];
  readonly planned: readonly (number | null)[];
  readonly pushed: readonly number[];
  readonly succeeded: readonly number[];
  readonly failed: readonly number[];
}

const MINUTE_MS = 60_000;

interface Row {
  at: number;
  pushed: number;
  succeeded: number;
  failed: number;
}

/** The curves of a batch, up to what its events have told last. A step in which nothing changed has no point: the line is level there. */
export function linesOf(known: Known): Lines {
  const rows = rowsOf(known);
  const times = rows.map(({ at }) => at);
  return {
    times,
    planned: known.asked === null ? times.map(() => null) : planOf(known, known.asked, times),
    pushed: rows.map(({ pushed }) => pushed),
    succeeded: rows.map(({ succeeded }) => succeeded),
    failed: rows.map(({ failed }) => failed),
  };
}

function rowsOf({ series: { points, stepMinutes }, begin, end, isOver, counts }: Known): Row[] {
  const rows: Row[] = [{ at: Math.min(begin, end), pushed: 0, succeeded: 0, failed: 0 }];
  let last = rows[0] as Row;
  /** A look early in a minute is for the minute before, in which the batch may not have begun: nothing goes back in time. */
  const add = (row: Row): void => {
    if (row.at <= last.at) rows.pop();
    last = { ...row, at: Math.max(row.at, last.at) };
    rows.push(last);
  };
  for (const { at, pushed, succeeded, failed } of points) {
    const starts = Date.parse(at);
    if (starts > last.at) add({ ...last, at: starts });
    add({ at: Math.min(starts + stepMinutes * MINUTE_MS, end), pushed, succeeded, failed });
  }
  // Nothing counts pushes by the second: until the next point they are devices whose state says that they were notified.
  const told = counts.notified + counts.inProgress + counts.succeeded + counts.failed;
  const pushed = isOver && points.length > 0 ? last.pushed : Math.max(last.pushed, told);
  add({ at: end, pushed, succeeded: counts.succeeded, failed: counts.failed });
  return rows;
}

const STOPS: readonly MarkKind[] = ['PAUSED', 'HALTED', 'FINISHED', 'CANCELED', 'FAILED'];
const GOES_ON: readonly MarkKind[] = ['STARTED', 'RESUMED', 'REOPENED'];

/** Devices that the rate has asked for by then, as it was at each moment; while the batch stood still it asked for none. */
function planOf({ series: { points }, begin, counts: { total }, marks }: Known, asked: number, times: readonly number[]): number[] {
  const rates = points.flatMap((point) => (point.asked === null ? [] : [{ at: Date.parse(point.at), asked: point.asked }]));
  const moves = marks
    .filter(({ kind }) => STOPS.includes(kind) || GOES_ON.includes(kind))
    .map(({ at, kind }) => ({ at: Date.parse(at), goes: GOES_ON.includes(kind) }));
  const turns = [...new Set([...times, ...rates.map(({ at }) => at), ...moves.map(({ at }) => at)])].sort((a, b) => a - b);
  const planned = new Map<number, number>();
  let devices = 0;
  let before = begin;
  for (const at of turns) {
    if (at > before) {
      const goes = moves.findLast((move) => move.at <= before)?.goes ?? true;
      const rate = rates.findLast((each) => each.at <= before)?.asked ?? rates[0]?.asked ?? asked;
      if (goes) devices = Math.min(total, devices + (rate * (at - before)) / MINUTE_MS);
      before = at;
    }
    planned.set(at, Math.round(devices));
  }
  return times.map((at) => planned.get(at) ?? 0);
}
