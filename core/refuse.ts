import type { Violation } from '../schema/model/violation';
import { UserError, UserErrors } from './errors';

/** A caller mends its input in one go, but a list of a thousand wrong rows is not read. */
const SHOWN = 20;

/** Throws all violations at once, at most 20 of them; nothing when there are none. */
export function refuseIfAny(violations: readonly (Violation | null)[]): void {
  const found = violations.filter((violation) => violation !== null);
  if (found.length === 0) return;
  throw new UserErrors(found.slice(0, SHOWN).map(({ code, ...details }) => new UserError(code, details)));
}
