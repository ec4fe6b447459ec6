import { gridFsStore } from '../core/package-store/gridfs-store';
import type { PackageStore } from '../core/ports';
import type { Store } from '../schema/mongo/connect';
import type { Config } from './config';

/** Where package bytes go. What speaks S3 is loaded only where it is used. */
export async function packageStoreOf({ s3 }: Pick<Config, 's3'>, store: Store): Promise<PackageStore & { close?(): void }> {
  if (!s3) return gridFsStore(store);
  const { s3Store } = await import('../core/package-store/s3-store.js');
  return s3Store(s3);
}
