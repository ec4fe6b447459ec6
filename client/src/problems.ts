/** One thing that is wrong, in one form wherever the API says it: in `userErrors`, in the `errors` of GraphQL, or in a body of HTTP. */
export interface Problem {
  /** For programs: docs/errors.md lists them. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** Path of the offending value in `input`. */
  readonly field: string | null;
  readonly limit: string | null;
  readonly conflictingId: string | null;
  /** How long the API asked to be left alone. */
  readonly retryAfterMs: number | null;
  /** Of a mutation: no answer came that says what has become of it, so it may have been carried out all the same. */
  readonly mayBeDone: boolean;
}

/**
 * Why there is no answer to work with.
 * - `refused`: the API names what is wrong with the input in `userErrors`, and did nothing.
 * - `errors`: GraphQL errors: not allowed, not found, a document that is wrong or too large.
 * - `not-signed-in`: the credentials are not, or no longer, good.
 * - `busy`: the API had no room (429, 503), also after trying again.
 * - `unreachable`: no answer came, or none of the API.
 * - `canceled`: the caller's signal, or `close()`.
 */
export type Reason = 'refused' | 'errors' | 'not-signed-in' | 'busy' | 'unreachable' | 'canceled';

export interface Success<T> {
  readonly ok: true;
  readonly data: T;
}

export interface Failure<T = unknown> {
  readonly ok: false;
  readonly reason: Reason;
  /** At least one. */
  readonly problems: readonly Problem[];
  /** What was answered beside the problems. */
  readonly data: T | null;
  /** The status of HTTP, if there was an answer. */
  readonly status: number | null;
  /** How long the API asked to be left alone. */
  readonly retryAfterMs: number | null;
}

export type Result<T> = Success<T> | Failure<T>;

/** A failure as an exception: from iterators, and from `unwrap`. */
export class UpdraftError extends Error {
  override readonly name = 'UpdraftError';
  readonly reason: Reason;
  readonly problems: readonly Problem[];
  readonly status: number | null;

  constructor({ reason, problems, status }: Pick<Failure, 'reason' | 'problems' | 'status'>) {
    super(problems.map(textOf).join('\n'));
    this.reason = reason;
    this.problems = problems;
    this.status = status;
  }
}

/** The data, or an exception. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.data;
  throw new UpdraftError(result);
}

export const failure = <T = never>(
  reason: Reason,
  problems: readonly Problem[],
  more: Partial<Pick<Failure<T>, 'data' | 'status' | 'retryAfterMs'>> = {},
): Failure<T> => ({ ok: false, reason, problems, data: null, status: null, retryAfterMs: null, ...more });

export const problem = (code: string, message: string, hint: string | null = null): Problem => ({
  code,
  message,
  hint,
  field: null,
  limit: null,
  conflictingId: null,
  retryAfterMs: null,
  mayBeDone: false,
});

/** Of a user error, of an error of GraphQL (with its code in `extensions`), or of what else a server may have sent. */
export function problemOf(given: unknown): Problem {
  const error = (given ?? {}) as Record<string, unknown>;
  const from: Record<string, unknown> = { ...(error.extensions as Record<string, unknown> | undefined), ...error };
  const text = (name: string): string | null => (from[name] === undefined || from[name] === null ? null : String(from[name]));
  return {
    code: text('code') ?? 'INTERNAL',
    message: text('message') ?? 'The answer does not say what is wrong.',
    hint: text('hint'),
    field: text('field'),
    limit: text('limit'),
    conflictingId: text('conflictingId'),
    retryAfterMs: typeof from.retryAfter === 'number' ? from.retryAfter * 1000 : null,
    mayBeDone: false,
  };
}

/** Codes after which the same request may be answered a little later. */
const PASSING = new Set(['BUSY', 'INTERNAL', 'STORE_UNAVAILABLE', 'ISSUER_UNAVAILABLE', 'RATE_LIMITED']);

export const isPassing = (problems: readonly Problem[]): boolean => problems.length > 0 && problems.every(({ code }) => PASSING.has(code));
/** Codes that leave open whether a mutation was carried out. */
const WITHOUT_OUTCOME = new Set(['UNREACHABLE', 'STORE_UNAVAILABLE']);
export const isWithoutOutcome = (problems: readonly Problem[]): boolean => problems.some(({ code }) => WITHOUT_OUTCOME.has(code));
/** The longest of what they ask for. */
export const retryAfterOf = (problems: readonly Problem[]): number | null =>
  problems.reduce<number | null>((longest, { retryAfterMs: ms }) => (ms === null ? longest : Math.max(ms, longest ?? 0)), null);
export const isSignedOut = (problems: readonly Problem[]): boolean => problems.some(({ code }) => code === 'NOT_SIGNED_IN');

const textOf = ({ field, message, hint }: Problem): string => [field && `${field}:`, message, hint].filter(Boolean).join(' ');
