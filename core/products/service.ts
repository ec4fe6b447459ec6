import { randomBytes } from 'node:crypto';
import type { Product } from '../../schema/model/fleet';
import { productKeyViolation } from '../../schema/model/names';
import type { Collections } from '../../schema/mongo/connect';
import { requireRole } from '../access/require-role';
import type { Clock } from '../clock';
import type { ProductService } from '../core';
import { displayNameViolation } from '../display-name';
import { isDuplicateKey } from '../duplicate-key';
import { UserError } from '../errors';
import { pageOf } from '../paging/page-of';
import { refuseIfAny } from '../refuse';
import type { CoreSettings } from '../settings';

export interface ProductDeps {
  collections: Pick<Collections, 'products'>;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
}

export function createProductService({ collections, settings, clock }: ProductDeps): ProductService {
  const { products } = collections;
  return {
    async create(viewer, { key, name, dialect }) {
      requireRole(viewer, 'OPERATOR');
      refuseIfAny([key == null ? null : productKeyViolation(key, 'key'), displayNameViolation(name, 'name')]);
      const product: Product = {
        _id: key ?? `p${randomBytes(6).toString('hex')}`,
        name: name.trim(),
        dialect: dialect ?? 'LINK',
        createdAt: clock(),
      };
      try {
        await products.insertOne(product);
        return product;
      } catch (error) {
        if (isDuplicateKey(error)) throw productExists(product._id);
        throw error;
      }
    },
    get: (key) => products.findOne({ _id: key }),
    list: (page) => pageOf(products, {}, { _id: 1 }, page, settings.limits),
  };
}

const productExists = (key: string): UserError =>
  new UserError('PRODUCT_EXISTS', {
    field: 'key',
    message: `A product with the key ${key} exists already.`,
    hint: 'Use that product, or choose another key; without a key one is made.',
    conflictingId: key,
  });
