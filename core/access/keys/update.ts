import type { ApiKey } from '../../../schema/model/access';
import type { Store } from '../../../schema/mongo/connect';
import { displayNameViolation } from '../../display-name';
import { UserError } from '../../errors';
import { refuseIfAny } from '../../refuse';
import { transaction } from '../../transaction';
import type { KeyChanges } from '../contract';
import { requireGood } from '../still-good';
import type { Viewer } from '../viewer';
import { requireAnother } from './last-administrator';
import { expiryViolation, isFullAdministrator, keysOf, keyUnknown, productViolations } from './rights';

/**
 * R-UI-4: what is not given stays. A role is for ever: who has the key relies on it. Throws NOT_FOUND, NOT_SIGNED_IN, what is wrong with the
 * values, and LAST_ADMINISTRATOR.
 */
export async function updateKey(
  { connection, collections }: Pick<Store, 'connection' | 'collections'>,
  viewer: Viewer,
  id: string,
  { name, products, expiresAt }: KeyChanges,
  now: Date,
): Promise<{ before: ApiKey; apiKey: ApiKey }> {
  const { apiKeys } = collections;
  refuseIfAny([
    name == null ? null : displayNameViolation(name, 'name'),
    expiresAt === undefined ? null : expiryViolation(viewer, expiresAt, now),
    ...(products === undefined ? [] : await productViolations(collections.products, viewer, products)),
  ]);
  const set: Partial<ApiKey> = {
    ...(name != null && { name: name.trim() }),
    ...(products !== undefined && { products: products && [...new Set(products)].sort() }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
  return transaction({ connection }, async (session) => {
    await requireGood(collections, viewer, session);
    const before = await apiKeys.findOne({ $and: [{ _id: id, revokedAt: null }, keysOf(viewer)] }, { session });
    if (!before) throw keyUnknown();
    if (before.role === 'APP' && products !== undefined) throw ofItsDevices();
    const apiKey = { ...before, ...set };
    if (isFullAdministrator(before) && !isFullAdministrator(apiKey)) {
      await requireAnother(collections, id, apiKey.products == null ? 'expiresAt' : 'products', now, session);
    }
    if (Object.keys(set).length > 0) await apiKeys.updateOne({ _id: id }, { $set: set }, { session });
    return { before, apiKey };
  });
}

const ofItsDevices = (): UserError =>
  new UserError('INVALID_FORMAT', {
    field: 'products',
    message: 'A key of the role APP is for its devices, and the product is theirs.',
    hint: 'Leave the products out, or make another key.',
  });
