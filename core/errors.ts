import type { ErrorCode } from '../schema/model/error-codes';

export interface UserErrorDetails {
  /** Path of the offending input, e.g. `pushRate.perMinute`. */
  field?: string;
  message: string;
  /** What to do about it. */
  hint: string;
  limit?: string;
  conflictingId?: string;
  /** Seconds after which the same is worth another try. */
  retryAfter?: number;
}

/** A refusal its caller can do something about. Every code is in the catalogue `schema/model/error-codes.ts`. */
export class UserError extends Error {
  readonly field: string | undefined;
  readonly hint: string;
  readonly limit: string | undefined;
  readonly conflictingId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: ErrorCode,
    details: UserErrorDetails,
  ) {
    super(details.message);
    this.name = 'UserError';
    this.field = details.field;
    this.hint = details.hint;
    this.limit = details.limit;
    this.conflictingId = details.conflictingId;
    this.retryAfter = details.retryAfter;
  }
}

/** Several refusals of one input: a caller sees all of them at once. */
export class UserErrors extends Error {
  constructor(readonly errors: readonly UserError[]) {
    super(errors.map((error) => error.message).join(' '));
    this.name = 'UserErrors';
  }
}
