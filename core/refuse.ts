import { FIXED_LIMITS } from '../schema/model/limits';
import type { Violation } from '../schema/model/violation';
import { UserError, UserErrors } from './errors';

/** Throws all violations at once, because a caller mends its input in one go, but not a thousand of them, which nobody reads; nothing when there are none. */
export function refuseIfAny(violations: readonly (Violation | null)[]): void {
  const found = violations.filter((violation) => violation !== null);
  if (found.length === 0) return;
  throw new UserErrors(found.slice(0, FIXED_LIMITS.userErrors).map(({ code, ...details }) => new UserError(code, details)));
}
