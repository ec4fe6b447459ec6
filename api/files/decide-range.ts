import parseRange from 'range-parser';

export interface RangeHeaders {
  range?: string | undefined;
  'if-range'?: string | undefined;
  'if-match'?: string | undefined;
  'if-none-match'?: string | undefined;
}

/** `start` and `end` are both included. */
export type RangeDecision = { status: 200 | 206; start: number; end: number } | { status: 304 | 412 | 416 };

/** What a request for a file of `size` bytes is answered (R-DL-2, RFC 9110 §13 and §14). `etag` is strong and quoted. */
export function decideRange(headers: RangeHeaders, size: number, etag: string): RangeDecision {
  if (headers['if-match'] !== undefined && !names(headers['if-match'], etag)) return { status: 412 };
  if (headers['if-none-match'] !== undefined && names(headers['if-none-match'].replaceAll('W/', ''), etag)) return { status: 304 };
  const whole = { status: 200, start: 0, end: size - 1 } as const;
  const { range } = headers;
  if (range === undefined || !isStillGood(headers['if-range'], etag)) return whole;
  const parsed = parseRange(size, withinFile(range, size));
  // -2: not a range at all, which is ignored. Several ranges and other units are not offered: the whole file is.
  if (parsed === -2) return whole;
  if (parsed === -1) return { status: 416 };
  const [first, second] = parsed;
  return first && !second && parsed.type === 'bytes' ? { status: 206, start: first.start, end: first.end } : whole;
}

/** A suffix longer than the file means all of it; `range-parser` finds it unsatisfiable. */
const withinFile = (range: string, size: number): string =>
  range.replace(/^bytes=-(\d{1,15})$/, (_all, digits: string) => `bytes=-${Math.min(Number(digits), size)}`);

/** Weak tags and dates never match: only the exact bytes may be continued. */
const isStillGood = (ifRange: string | undefined, etag: string): boolean => ifRange === undefined || ifRange.trim() === etag;

const names = (list: string, etag: string): boolean => list.split(',').some((tag) => tag.trim() === '*' || tag.trim() === etag);
