import { randomBytes } from 'node:crypto';
import { productKeyViolation } from '../../schema/model/names';
import type { Product } from '../../schema/model/product';
import { dialectOf } from '../../schema/model/protocol/dialect';
import { givenLwm2mSettings, lwm2mSettingViolations } from '../../schema/model/protocol/lwm2m-settings';
import type { Store } from '../../schema/mongo/connect';
import { requireRole } from '../access/require-role';
import { answerOutdated, type Calls, type Note } from '../calls/calls';
import type { Clock } from '../clock';
import { displayNameViolation } from '../display-name';
import { isDuplicateKey } from '../duplicate-key';
import { UserError } from '../errors';
import { inOrderOf } from '../paging/in-order-of';
import { pageOf } from '../paging/page-of';
import { refuseIfAny } from '../refuse';
import type { CoreSettings } from '../settings';
import { transaction } from '../transaction';
import type { ProductService } from './contract';
import { type DeletionDeps, deleteProduct } from './delete';
import { modules, moduleVersions } from './modules';
import { requireProduct } from './require-product';
import type { SecureUpdates } from './secure-update';
import { addSigningKey } from './signing-keys';
import type { VersionCounts } from './version-counts';

export interface ProductDeps {
  connection: Store['connection'];
  collections: Store['collections'];
  calls: Calls;
  secureUpdates: Pick<SecureUpdates, 'get' | 'set'>;
  versionCounts: VersionCounts;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
  onKeysChanged: DeletionDeps['onKeysChanged'];
}

export function createProductService(deps: ProductDeps): ProductService {
  const { collections, settings, clock, secureUpdates } = deps;
  const { products } = collections;
  return {
    async create(viewer, { idempotencyKey, ...input }) {
      requireRole(viewer, 'OPERATOR');
      const { key, name, dialect, selfSignedUrls, confirmByQuery, ...others } = input;
      refuseIfAny([
        key == null ? null : productKeyViolation(key, 'key'),
        displayNameViolation(name, 'name'),
        ...lwm2mSettingViolations(others),
      ]);
      const product: Product = {
        _id: key ?? `p${randomBytes(6).toString('hex')}`,
        name: name.trim(),
        dialect: dialectOf({ dialect }),
        ...(selfSignedUrls && { selfSignedUrls }),
        ...(confirmByQuery && { confirmByQuery }),
        ...givenLwm2mSettings(others),
        createdAt: clock(),
      };
      return deps.calls.once<Product, Made>(
        viewer,
        { mutation: 'createProduct', idempotencyKey, input },
        {
          async make(note) {
            await insertProduct(deps, product, note).catch((error: unknown) => {
              throw isDuplicateKey(error) ? productExists(product._id) : error;
            });
            return product;
          },
          async again({ _id, createdAt }) {
            const made = await products.findOne({ _id, createdAt });
            if (made === null) throw answerOutdated('the product was deleted');
            return made;
          },
        },
      );
    },
    async delete(viewer, key, idempotencyKey) {
      requireRole(viewer, 'ADMINISTRATOR');
      return deps.calls.once<{ _id: string }, { _id: string }>(
        viewer,
        { mutation: 'deleteProduct', idempotencyKey, input: { key } },
        {
          make: (note) => deleteProduct(deps, key, note),
          again: async (deleted) => deleted,
        },
      );
    },
    async update(viewer, key, { name, refuseConflictingBatches, confirmByQuery, ...others }) {
      requireRole(viewer, 'OPERATOR');
      refuseIfAny([name == null ? null : displayNameViolation(name, 'name'), ...lwm2mSettingViolations(others)]);
      const set: Partial<Product> = {
        ...(name != null && { name: name.trim() }),
        ...(refuseConflictingBatches != null && { refuseConflictingBatches }),
        ...(confirmByQuery != null && { confirmByQuery }),
        ...givenLwm2mSettings(others),
      };
      const product = await requireProduct(products, key, 'key');
      if (Object.keys(set).length === 0) return product;
      return (await products.findOneAndUpdate({ _id: key }, { $set: set }, { returnDocument: 'after' })) ?? product;
    },
    get: (key) => products.findOne({ _id: key }),
    getMany: async (keys) => inOrderOf(keys, await products.find({ _id: { $in: [...keys] } }).toArray()),
    list: (keys, page) => pageOf(products, keys === null ? {} : { _id: { $in: [...keys] } }, { _id: 1 }, page, settings.limits),
    async addSigningKey(viewer, input) {
      requireRole(viewer, 'OPERATOR');
      return addSigningKey(deps, viewer, input);
    },
    signingKeys: (productKey) => collections.signingKeys.find({ productKey }).sort({ addedAt: 1, _id: 1 }).toArray(),
    async setSecureUpdate(viewer, { productKey, active, keyPair }) {
      requireRole(viewer, 'OPERATOR');
      const product = await requireProduct(products, productKey);
      await secureUpdates.set(productKey, active, keyPair ?? null);
      return product;
    },
    secureUpdate: (productKey) => secureUpdates.get(productKey),
    modules: (productKey, page) => modules(deps, productKey, page),
    moduleVersions: (productKey, module, page) => moduleVersions(deps, productKey, module, page),
  };
}

/** A product may come again under its key. */
type Made = Pick<Product, '_id' | 'createdAt'>;

/** Without what was left of one that had its key before. */
const insertProduct = ({ connection, collections }: ProductDeps, product: Product, note: Note<Made>): Promise<void> =>
  transaction({ connection }, async (session) => {
    const { _id, createdAt } = product;
    await collections.products.insertOne(product, { session });
    await collections.signingKeys.deleteMany({ productKey: _id }, { session });
    await collections.secureUpdates.deleteOne({ _id }, { session });
    await note(session, { _id, createdAt });
  });

const productExists = (key: string): UserError =>
  new UserError('PRODUCT_EXISTS', {
    field: 'key',
    message: `A product with the key ${key} exists already.`,
    hint: 'Use that product, or choose another key; without a key one is made.',
    conflictingId: key,
  });
