import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Product } from '../../schema/model/product';
import { BatchType } from '../batches/types';
import type { ApiContext } from '../context';
import { DeviceImportType } from '../device-imports/types';
import { DeviceType } from '../devices/types';
import { PackageType } from '../packages/types';
import { TaskType } from '../tasks/types';
import { ProductType } from './types';

interface OfProduct {
  productKey: string;
}

/** `product` beside `productKey`: one look for all of an answer. */
function productOf(type: () => new () => OfProduct) {
  @Resolver(type)
  class ProductOfResolver {
    @FieldResolver(() => ProductType, { nullable: true, description: 'The product it is of; null when it was deleted.' })
    product(@Root() { productKey }: OfProduct, @Ctx() { loaders }: ApiContext): Promise<Product | null> {
      return loaders.product.load(productKey);
    }
  }
  return ProductOfResolver;
}

export const ProductOfBatch = productOf(() => BatchType);
export const ProductOfDevice = productOf(() => DeviceType);
export const ProductOfImport = productOf(() => DeviceImportType);
export const ProductOfPackage = productOf(() => PackageType);
export const ProductOfTask = productOf(() => TaskType);
