import { type ByteRange, parseRange } from './parse-range';

export interface ConditionHeaders {
  range?: string | undefined;
  'if-range'?: string | undefined;
  'if-match'?: string | undefined;
  'if-none-match'?: string | undefined;
  'if-modified-since'?: string | undefined;
  'if-unmodified-since'?: string | undefined;
}

export interface FileState {
  size: number;
  /** Strong and quoted. */
  etag: string;
  /** Whole seconds, as a header carries it. */
  modified: Date;
}

export type RangeDecision = ({ status: 200 | 206 } & ByteRange) | { status: 304 | 412 | 416 };

/** What a request for a file is answered (R-DL-2): the preconditions in the order of RFC 9110 §13.2.2, then the range of §14.2. */
export function decideRange(method: string, headers: ConditionHeaders, file: FileState): RangeDecision {
  const { size } = file;
  const failed = precondition(headers, file);
  if (failed) return { status: failed };
  const whole = { status: 200, start: 0, end: size - 1 } as const;
  // Ranges are of GET only: HEAD tells of the whole file.
  if (method !== 'GET' || headers.range === undefined || !isStillGood(headers['if-range'], file)) return whole;
  const range = parseRange(headers.range, size);
  if (range === null) return whole;
  return range === 'beyond' ? { status: 416 } : { status: 206, ...range };
}

function precondition(headers: ConditionHeaders, { etag, modified }: FileState): 304 | 412 | null {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  const unmodifiedSince = dateOf(headers['if-unmodified-since']);
  const modifiedSince = dateOf(headers['if-modified-since']);
  if (match !== undefined ? !names(match, etag) : unmodifiedSince !== null && modified.getTime() > unmodifiedSince) return 412;
  if (noneMatch !== undefined) return names(noneMatch.replaceAll('W/', ''), etag) ? 304 : null;
  return modifiedSince !== null && modified.getTime() <= modifiedSince ? 304 : null;
}

/** Weak tags never match, a date only if it is the very one: only the exact bytes may be continued (§13.1.5). */
function isStillGood(ifRange: string | undefined, { etag, modified }: FileState): boolean {
  return ifRange === undefined || ifRange.trim() === etag || dateOf(ifRange) === modified.getTime();
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds; null for what is no date of §5.6.7, which is ignored. */
function dateOf(text: string | undefined): number | null {
  const time = text !== undefined && HTTP_DATE.test(text.trim()) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

const names = (list: string, etag: string): boolean => list.split(',').some((tag) => tag.trim() === '*' || tag.trim() === etag);
