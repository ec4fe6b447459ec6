import { createHash } from 'node:crypto';
import type { Viewer } from '../viewer';

/** The same wherever the owner comes from. Its devices are not looked up yet. */
export const userOf = (owner: string, name: string, madeBy?: string): Viewer => ({
  actorId: `user:${createHash('sha256').update(owner).digest('base64url').slice(0, 22)}`,
  ...{ kind: 'APP_USER', name, role: 'APP', products: null, owner },
  ...(madeBy !== undefined && { madeBy }),
});
