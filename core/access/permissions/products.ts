import { productKeyOf } from '../../../schema/model/ids';
import { UserError } from '../../errors';
import type { Viewer } from '../viewer';

/** Products of a viewer: null are all, and a key that is none's gives nothing. */
export type Products = readonly string[] | null;
type Limited = Pick<Viewer, 'products'>;

export const isOfProducts = ({ products }: Limited, productKey: string): boolean => products === null || products.includes(productKey);

export const isOfOwnDevice = (viewer: Limited, deviceId: string): boolean => isOfProducts(viewer, productKeyOf(deviceId));

/** Of those who are limited what is of their products, and of others everything: for what has a `productKey`. */
export const withinProducts = <F extends object>(filter: F, products: Products | undefined): F =>
  products == null ? filter : ({ $and: [filter, { productKey: { $in: [...products] } }] } as unknown as F);

/** The same for what has ids that begin with the product, along whose index such lists are read. */
export const withinIdsOfProducts = <F extends object>(filter: F, products: Products | undefined): F => {
  if (products == null) return filter;
  const stretches = products.map((key) => ({ _id: { $gte: `${key}.`, $lt: `${key}/` } }));
  return { $and: [filter, stretches.length === 0 ? { _id: { $in: [] } } : { $or: stretches }] } as unknown as F;
};

/** Throws NOT_ALLOWED for whoever is limited to products. */
export function requireWhole({ products }: Limited): void {
  if (products === null) return;
  throw new UserError('NOT_ALLOWED', {
    message: 'This is about all products, or about what is of none; who asks is limited to some products.',
    hint: 'Ask somebody who is not limited to products, or an administrator for a key that is not.',
  });
}
