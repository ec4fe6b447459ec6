import { createHash } from 'node:crypto';
import type { Viewer } from '../viewer';

/** What an owner acts as: also where it is not the owner who asks. */
export const actorOfOwner = (owner: string): string => `user:${createHash('sha256').update(owner).digest('base64url').slice(0, 22)}`;

/** The same wherever the owner comes from: a token of an identity provider, or one that a key has made. Its devices are not looked up yet. */
export const userOf = (owner: string, name: string, by: Pick<Viewer, 'products'> & { actorId?: string }): Viewer => ({
  actorId: actorOfOwner(owner),
  ...{ kind: 'APP_USER', name, role: 'APP', products: by.products, owner },
  ...(by.actorId !== undefined && { madeBy: by.actorId }),
});
