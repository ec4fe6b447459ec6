import { UserError, UserErrors } from '../../core/errors';
import type { ErrorCode } from '../../schema/model/error-codes';
import type { UserErrorType } from './user-error-type';

/** These are no matter of the input: they become GraphQL errors instead of a payload's `userErrors`. */
const NOT_OF_THE_INPUT: ReadonlySet<ErrorCode> = new Set(['NOT_SIGNED_IN', 'NOT_ALLOWED', 'NOT_FOUND', 'INTERNAL', 'STORE_UNAVAILABLE']);

export type PayloadOf<T> = T & { userErrors: UserErrorType[] };
export type Refused = { userErrors: UserErrorType[] };

export const userErrorsOf = (error: unknown): readonly UserError[] | null => {
  if (error instanceof UserErrors) return error.errors;
  return error instanceof UserError ? [error] : null;
};

/**
 * The one place where a mutation's refusals become `userErrors`. `rename` gives the input's path for core's
 * where the two differ.
 */
export async function asPayload<T extends object>(
  work: Promise<T>,
  rename: (field: string) => string = (field) => field,
): Promise<PayloadOf<T> | Refused> {
  try {
    return { ...(await work), userErrors: [] };
  } catch (error) {
    const errors = userErrorsOf(error);
    if (!errors || errors.some(({ code }) => NOT_OF_THE_INPUT.has(code))) throw error;
    return { userErrors: errors.map((one) => toUserErrorType(one, rename)) };
  }
}

export const toUserErrorType = (error: UserError, rename = (field: string): string => field): UserErrorType => ({
  code: error.code,
  field: error.field === undefined ? null : rename(error.field),
  message: error.message,
  hint: error.hint,
  limit: error.limit ?? null,
  conflictingId: error.conflictingId ?? null,
});
