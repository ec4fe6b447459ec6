import type { SecureUpdate } from '../../schema/model/package/secure-update';
import type { SigningKey } from '../../schema/model/package/signing-key';
import type { Product } from '../../schema/model/product';
import type { Products } from '../access/permissions/products';
import type { Viewer } from '../access/viewer';
import type { Page, PageRequest } from '../paging/page';
import type { NewProduct } from './new-product';
import type { NewSigningKey } from './signing-keys';

export interface ProductService {
  /** Throws PRODUCT_EXISTS, and what is wrong with the values. */
  create(viewer: Viewer, input: NewProduct): Promise<Product>;
  /** Throws PRODUCT_UNKNOWN, and what is wrong with the name. */
  update(viewer: Viewer, key: string, changes: ProductChanges): Promise<Product>;
  /** For administrators. Its key is free again. Throws PRODUCT_UNKNOWN, PRODUCT_NOT_EMPTY. */
  delete(viewer: Viewer, key: string, idempotencyKey?: string | null): Promise<Pick<Product, '_id'>>;
  get(key: string): Promise<Product | null>;
  /** In the order given. */
  getMany(keys: readonly string[]): Promise<(Product | null)[]>;
  /** Of those named, or of all with null. */
  list(products: Products, page: PageRequest): Promise<Page<Product>>;
  /** R-PKG-7. Throws SIGNING_KEY_REFUSED, SIGNING_KEY_EXISTS, TOO_MANY. */
  addSigningKey(viewer: Viewer, input: NewSigningKey): Promise<SigningKey>;
  /** Oldest first; there are few. */
  signingKeys(productKey: string): Promise<SigningKey[]>;
  /** R-PKG-8: the first activation makes the key pair. In force everywhere within 5 s. */
  setSecureUpdate(viewer: Viewer, input: { productKey: string; active: boolean; keyPair?: KeyPairStep | null }): Promise<Product>;
  /** Null before the first activation. */
  secureUpdate(productKey: string): Promise<SecureUpdate | null>;
  /** R-PKG-11: every module that a device reported or a package names, by name. */
  modules(productKey: string, page: PageRequest): Promise<Page<ModuleSummary>>;
  /** R-PKG-11: the versions of a module that devices have now, exactly counted, by version. */
  moduleVersions(productKey: string, module: string, page: PageRequest): Promise<Page<VersionCount>>;
}

export interface ProductChanges {
  name?: string | null;
  /** R-BAT-20; for batches created from now on. */
  refuseConflictingBatches?: boolean | null;
  /** R-FLOW-2; for batches created from now on. */
  confirmByQuery?: boolean | null;
  /** Of its LwM2M devices, from their next message on. */
  plainCoap?: boolean | null;
  awakeSeconds?: number | null;
  ackTimeoutSeconds?: number | null;
}

/** A change of key pair has two steps, so that devices can come to know the next public key while the current pair signs. */
export type KeyPairStep = 'PREPARE' | 'SWITCH';

export interface ModuleSummary {
  name: string;
  /** Devices that reported a version of it. */
  devices: number;
  /** Packages for it. */
  packages: number;
}

export interface VersionCount {
  version: string;
  devices: number;
}
