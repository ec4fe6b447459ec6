import type { Tone } from '../tone.js';

/** A line of a chart. Each has a pattern of its own: the colour only says it once more. */
export interface Curve {
  readonly label: string;
  readonly tone: Tone;
  readonly pattern: Pattern;
  /** One for each time; null: not known, the line is broken there. */
  readonly values: readonly (number | null)[];
}

/** Something that happened, at a moment of the chart. */
export interface ChartMark {
  readonly at: number;
  readonly label: string;
}

export type Pattern = 'solid' | 'dashed' | 'dotted' | 'dash-dotted' | 'long' | 'sparse';

/** Lengths of line and gap. */
export const DASHES: Record<Pattern, readonly number[]> = {
  solid: [],
  dashed: [8, 4],
  dotted: [2, 3],
  'dash-dotted': [10, 3, 2, 3],
  long: [16, 4],
  sparse: [4, 8],
};

const DAY_SECONDS = 86_400;

/** What an axis of times says: days where each step is one, else the time of day, with the day where it begins. */
export function timeLabels(language: string, seconds: readonly number[], step: number): string[] {
  const options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const time = new Intl.DateTimeFormat(language, { ...options, ...(step < 60 && { second: '2-digit' }) });
  const day = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' });
  return seconds.map((each) => {
    const at = new Date(each * 1_000);
    const isDay = step >= DAY_SECONDS || (at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0);
    return (isDay ? day : time).format(at);
  });
}

export interface Row {
  readonly at: number;
  readonly values: readonly (number | null)[];
  readonly marks: readonly string[];
}

/** The same as a table: so many rows at most, the last of each stretch, and each with what happened in it. */
export function rowsOf(times: readonly number[], curves: readonly Curve[], marks: readonly ChartMark[], most: number): Row[] {
  const stride = Math.max(1, Math.ceil(times.length / most));
  const rows: Row[] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (let last = Math.min(stride, times.length) - 1; last >= 0 && last < times.length; ) {
    const at = times[last] as number;
    const isEnd = last === times.length - 1;
    const within = marks.filter((mark) => mark.at > before && (mark.at <= at || isEnd));
    rows.push({ at, values: curves.map(({ values }) => values[last] ?? null), marks: within.map(({ label }) => label) });
    before = at;
    if (isEnd) break;
    last = Math.min(last + stride, times.length - 1);
  }
  return rows;
}
