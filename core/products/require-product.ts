import type { mongo } from 'mongoose';
import type { Product } from '../../schema/model/product';
import type { Collections } from '../../schema/mongo/connect';
import { isOfProducts } from '../access/permissions/products';
import type { Viewer } from '../access/viewer';
import { UserError } from '../errors';

/** Throws PRODUCT_UNKNOWN, or REQUIRED where it is empty. The key is not quoted: it may be anything. */
export async function requireProduct(
  products: Collections['products'],
  key: unknown,
  field = 'productKey',
  session?: mongo.ClientSession,
): Promise<Product> {
  if (key === '') throw new UserError('REQUIRED', { field, message: 'A product must be given.', hint: 'Choose one, or create it first.' });
  const product = typeof key === 'string' ? await products.findOne({ _id: key }, { session }) : null;
  if (product) return product;
  throw productUnknown(field);
}

/** For whoever is limited to products one of others is none. Throws PRODUCT_UNKNOWN. */
export function requireProductOf(viewer: Viewer, products: Collections['products'], key: string): Promise<Product> {
  if (isOfProducts(viewer, key)) return requireProduct(products, key);
  return Promise.reject(productUnknown('productKey'));
}

export const productUnknown = (field: string): UserError =>
  new UserError('PRODUCT_UNKNOWN', {
    field,
    message: 'No product has this key.',
    hint: 'Query `products` for the keys there are, or create the product first.',
  });
