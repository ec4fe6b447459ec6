import { randomInt } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { Product } from '../../schema/model/product';
import type { Collections } from '../../schema/mongo/connect';
import { requireProduct } from './require-product';

type Used = Pick<Collections, 'products' | 'settings'>;

/** So many may come into a product at once; two that take the same place come one after the other. */
const PLACES = 16;

const placeId = (key: string, place: number): string => `product-in-use/${key}/${place}`;
const placesOf = (key: string): string[] => Array.from({ length: PLACES }, (_, place) => placeId(key, place));

type Counters = mongo.Collection<{ _id: string; value: number }>;
const countersOf = ({ settings }: Pick<Used, 'settings'>) => settings as unknown as Counters;

/**
 * In the transaction that brings something into a product, or after it: the product is there, and a deletion of it at the same moment sees
 * what has come. Throws PRODUCT_UNKNOWN.
 */
export async function useProduct(collections: Used, key: string, session: mongo.ClientSession): Promise<Product> {
  await countersOf(collections).updateOne({ _id: placeId(key, randomInt(PLACES)) }, { $inc: { value: 1 } }, { session, upsert: true });
  return requireProduct(collections.products, key, 'productKey', session);
}

/** In the transaction that deletes the product: whoever brings something into it comes before, and is seen, or after, and finds it gone. */
export async function closeProduct(collections: Used, key: string, session: mongo.ClientSession): Promise<void> {
  const counters = countersOf(collections);
  for (const _id of placesOf(key)) await counters.updateOne({ _id }, { $inc: { value: 1 } }, { session, upsert: true });
  await counters.deleteMany({ _id: { $in: placesOf(key) } }, { session });
}
