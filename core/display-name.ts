import { FIXED_LIMITS } from '../schema/model/limits';
import type { Violation } from '../schema/model/violation';

const { displayNameLength } = FIXED_LIMITS;

/** A name for people: any script, one line. */
export function displayNameViolation(value: unknown, field: string): Violation | null {
  const limit = `1–${displayNameLength} characters`;
  const hint = `Give 1 to ${displayNameLength} characters without line breaks or control characters.`;
  if (typeof value !== 'string' || value.trim() === '')
    return { code: 'REQUIRED', field, message: 'A name is missing or empty.', hint, limit };
  if (value.length > displayNameLength)
    return { code: 'INVALID_FORMAT', field, message: `A name has 1 to ${displayNameLength} characters, not ${value.length}.`, hint, limit };
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value))
    return { code: 'INVALID_FORMAT', field, message: 'A name takes no line breaks or control characters.', hint, limit };
  return null;
}
