import type { ApiKey } from '../../../schema/model/access';
import type { Store } from '../../../schema/mongo/connect';
import { UserError } from '../../errors';
import { transaction } from '../../transaction';
import { requireGood } from '../still-good';

const TURN = 'administrators';

/** Ends a key, once. Throws NOT_SIGNED_IN when who asks was revoked or blocked itself, NOT_FOUND, and LAST_ADMINISTRATOR for the key without which nobody could make another. */
export function revoke(
  { connection, collections }: Pick<Store, 'connection' | 'collections'>,
  id: string,
  by: string,
  at: Date,
): Promise<ApiKey> {
  const { apiKeys, settings } = collections;
  return transaction({ connection }, async (session) => {
    if (by !== id) await requireGood(collections, by, session);
    const apiKey = await apiKeys.findOne({ _id: id }, { session });
    if (!apiKey) {
      throw new UserError('NOT_FOUND', {
        field: 'id',
        message: 'No API key has this id.',
        hint: 'Query `apiKeys` for the ids there are.',
      });
    }
    if (apiKey.revokedAt) return apiKey;
    if (apiKey.role === 'ADMINISTRATOR') {
      // Two administrators that revoke each other's key at the same instant meet here, and one of them comes second.
      await settings.updateOne({ _id: TURN }, { $set: { value: at } }, { upsert: true, session });
      const others = await apiKeys.findOne(
        { _id: { $ne: id }, role: 'ADMINISTRATOR', revokedAt: null },
        { session, projection: { _id: 1 } },
      );
      if (!others) throw lastAdministrator();
    }
    await apiKeys.updateOne({ _id: id }, { $set: { revokedAt: at } }, { session });
    return { ...apiKey, revokedAt: at };
  });
}

function lastAdministrator(): UserError {
  return new UserError('LAST_ADMINISTRATOR', {
    field: 'id',
    message: 'This is the last administrator key: without it nobody could make another.',
    hint: 'Create another administrator key first, and revoke this one with it.',
  });
}
