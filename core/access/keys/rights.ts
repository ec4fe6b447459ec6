import type { mongo } from 'mongoose';
import type { ApiKey } from '../../../schema/model/access';
import type { Violation } from '../../../schema/model/violation';
import type { Collections } from '../../../schema/mongo/connect';
import { UserError } from '../../errors';
import { isOfProducts } from '../permissions/products';
import type { Viewer } from '../viewer';

/** A key for more products than this is one for all. */
export const KEY_PRODUCTS = 100;

type Given = readonly string[] | null | undefined;

/**
 * R-UI-4: the products of a key, or what is wrong with them. Whoever is limited gives no more than they have, and what is of others is unknown
 * to them.
 */
export async function productViolations(products: Collections['products'], viewer: Viewer, given: Given): Promise<(Violation | null)[]> {
  if (given == null) return [viewer.products === null ? null : unlimitedRefused()];
  const limit = `1–${KEY_PRODUCTS} products`;
  const field = 'products';
  if (given.length === 0) {
    const hint = 'Name at least one, or leave the list out for all products.';
    return [{ code: 'REQUIRED', field, message: 'The list names no product, and a key for none may do nothing.', hint, limit }];
  }
  if (given.length > KEY_PRODUCTS) {
    const message = `The list names ${given.length} products.`;
    return [{ code: 'TOO_MANY', field, message, hint: 'Make a key for each part of them.', limit }];
  }
  const own = given.filter((key) => isOfProducts(viewer, key));
  const found = await products.find({ _id: { $in: [...own] } }, { projection: { _id: 1 } }).toArray();
  const known = new Set(found.map(({ _id }) => _id));
  return given.map((key, index) => (known.has(key) ? null : productUnknown(`${field}.${index}`)));
}

/** R-UI-4: whose own key expires gives no longer life than it has. */
export function expiryViolation(viewer: Pick<Viewer, 'expiresAt'>, expiresAt: Date | null, now: Date): Violation | null {
  const latest = viewer.expiresAt;
  if (latest && (expiresAt === null || expiresAt > latest)) return longerThanOwn(latest);
  if (expiresAt === null || expiresAt > now) return null;
  return {
    code: 'OUT_OF_RANGE',
    field: 'expiresAt',
    message: 'The key would have expired already.',
    hint: 'Give a time that is to come, or revoke the key.',
  };
}

const longerThanOwn = (latest: Date): Violation => ({
  code: 'OUT_OF_RANGE',
  field: 'expiresAt',
  message: 'Your own key expires, and a key that you make or change expires no later.',
  hint: 'Give an earlier time, or ask an administrator whose key does not expire.',
  limit: `≤ ${latest.toISOString()}`,
});

/** Of those who are limited the keys that may do no more than they may. */
export const keysOf = ({ products }: Viewer): mongo.Filter<ApiKey> =>
  products === null ? {} : { products: { $type: 'array', $ne: [], $not: { $elemMatch: { $nin: [...products] } } } };

/** It may do all that can be done, as long as nobody ends it. */
export const FULL_ADMINISTRATOR: mongo.Filter<ApiKey> = { role: 'ADMINISTRATOR', revokedAt: null, products: null, expiresAt: null };

export const isFullAdministrator = ({ role, products, expiresAt }: ApiKey): boolean =>
  role === 'ADMINISTRATOR' && products == null && expiresAt == null;

export const keyUnknown = (): UserError =>
  new UserError('NOT_FOUND', { field: 'id', message: 'No API key has this id.', hint: 'Query `apiKeys` for the ids there are.' });

const unlimitedRefused = (): Violation => ({
  code: 'REQUIRED',
  field: 'products',
  message: 'You are limited to products, and a key that you make or change is too.',
  hint: 'Name products of yours.',
});

const productUnknown = (field: string): Violation => ({
  code: 'PRODUCT_UNKNOWN',
  field,
  message: 'No product has this key.',
  hint: 'Query `products` for the keys there are, or create the product first.',
});
