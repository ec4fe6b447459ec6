import type { mongo } from 'mongoose';
import type { Collections } from '../../schema/mongo/connect';
import { UserError } from '../errors';
import { isOfProducts } from './permissions/products';
import type { Viewer } from './viewer';

/**
 * By the store itself. Throws NOT_SIGNED_IN for a key that was revoked or is for other products than it was known to be for, and for a person
 * who is blocked.
 */
export async function requireGood(
  { apiKeys, people }: Pick<Collections, 'apiKeys' | 'people'>,
  { actorId, products }: Pick<Viewer, 'actorId' | 'products'>,
  session?: mongo.ClientSession,
): Promise<void> {
  const apiKey = await apiKeys.findOne({ _id: actorId }, { session, projection: { revokedAt: 1, products: 1 } });
  if (apiKey?.revokedAt) throw new UserError('NOT_SIGNED_IN', { message: 'The API key was revoked.', hint: 'Use another key.' });
  if (apiKey && JSON.stringify(apiKey.products ?? null) !== JSON.stringify(products)) {
    const hint = 'Ask again in a few seconds, or look at `viewer` first.';
    throw new UserError('NOT_SIGNED_IN', { message: 'The products that the API key is for were changed.', hint });
  }
  if (await people.findOne({ _id: actorId, blockedAt: { $ne: null } }, { session, projection: { _id: 1 } })) throw blocked();
}

/**
 * R-SAFE-2: whether somebody who has acted for a product may act for it still. By the store itself: a key that was revoked, has expired or is
 * for other products now, or a person who is blocked, may not.
 */
export async function mayStill(
  { apiKeys, people }: Pick<Collections, 'apiKeys' | 'people'>,
  actorId: string,
  productKey: string,
  now: Date,
  session: mongo.ClientSession,
): Promise<boolean> {
  const apiKey = await apiKeys.findOne({ _id: actorId }, { session, projection: { revokedAt: 1, products: 1, expiresAt: 1 } });
  if (!apiKey) return (await people.findOne({ _id: actorId, blockedAt: { $ne: null } }, { session, projection: { _id: 1 } })) === null;
  const { revokedAt, expiresAt, products = null } = apiKey;
  return !revokedAt && !(expiresAt && expiresAt <= now) && isOfProducts({ products }, productKey);
}

export const blocked = (): UserError =>
  new UserError('NOT_SIGNED_IN', { message: 'This person is blocked here.', hint: 'Ask an administrator to end that.' });
