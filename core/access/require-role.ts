import { UserError } from '../errors';
import type { Role, Viewer } from './viewer';

/** An administrator may what an operator may, and an operator what a viewer may. */
const RANK: Record<Role, number> = { ADMINISTRATOR: 3, OPERATOR: 2, VIEWER: 1 };

/** Throws NOT_ALLOWED. */
export function requireRole(viewer: Viewer, needed: Role): void {
  if (RANK[viewer.role] >= RANK[needed]) return;
  throw new UserError('NOT_ALLOWED', {
    message: `This needs the role ${needed}; the key's role is ${viewer.role}.`,
    hint: `Use the key of ${needed === 'ADMINISTRATOR' ? 'an administrator' : 'an operator or administrator'}, or ask an administrator for one.`,
  });
}
