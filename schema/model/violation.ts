import type { ErrorCode } from './error-codes';

/** What is wrong with one field, in the words its user reads; core turns each into a `UserError`. */
export interface Violation {
  code: ErrorCode;
  /** Path of the field in the input, e.g. `pushRate.perMinute`. */
  field: string;
  message: string;
  /** What to do about it. */
  hint: string;
  limit?: string;
  /** The id of what exists already. */
  conflictingId?: string;
}
