import type { ApiKey } from '../../../schema/model/access';
import type { Store } from '../../../schema/mongo/connect';
import { isDuplicateKey } from '../../duplicate-key';
import { transaction } from '../../transaction';

const MARKER = 'first-key-made';

/** Inserts the installation's first key, once and for ever, however many processes start together. False: it was there. */
export async function insertFirstKey(
  { connection, collections }: Pick<Store, 'connection' | 'collections'>,
  apiKey: ApiKey,
): Promise<boolean> {
  const { apiKeys, settings } = collections;
  if (await settings.findOne({ _id: MARKER })) return false;
  if (await apiKeys.findOne({}, { projection: { _id: 1 } })) return false;
  try {
    await transaction({ connection }, async (session) => {
      await settings.insertOne({ _id: MARKER, value: apiKey.createdAt }, { session });
      await apiKeys.insertOne(apiKey, { session });
    });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
