import type { ApiKey } from '../../../schema/model/access';
import type { Store } from '../../../schema/mongo/connect';
import { transaction } from '../../transaction';
import { requireGood } from '../still-good';
import type { Viewer } from '../viewer';
import { requireAnother } from './last-administrator';
import { isFullAdministrator, keysOf, keyUnknown } from './rights';

/** Ends a key, once. Throws NOT_SIGNED_IN when who asks was revoked or blocked itself, NOT_FOUND, and LAST_ADMINISTRATOR for the key without which nobody could make another. */
export function revoke(
  { connection, collections }: Pick<Store, 'connection' | 'collections'>,
  id: string,
  viewer: Viewer,
  at: Date,
): Promise<ApiKey> {
  const { apiKeys } = collections;
  return transaction({ connection }, async (session) => {
    if (viewer.actorId !== id) await requireGood(collections, viewer, session);
    const apiKey = await apiKeys.findOne({ $and: [{ _id: id }, keysOf(viewer)] }, { session });
    if (!apiKey) throw keyUnknown();
    if (apiKey.revokedAt) return apiKey;
    if (isFullAdministrator(apiKey)) await requireAnother(collections, id, 'id', at, session);
    await apiKeys.updateOne({ _id: id }, { $set: { revokedAt: at } }, { session });
    return { ...apiKey, revokedAt: at };
  });
}
