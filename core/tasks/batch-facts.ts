import { LRUCache } from 'lru-cache';
import type { Batch } from '../../schema/model/batch/batch';
import type { BatchId } from '../../schema/model/ids';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { Product } from '../../schema/model/product';

/** What does not change about a batch while it runs: asked for with every report, so it is kept. */
export type BatchFacts = Pick<Batch, '_id' | 'targetVersion' | 'module'> & {
  /** Without what an operator may edit (R-BAT-16). */
  policy: Omit<Batch['policy'], 'rate' | 'tags' | 'deferral'>;
  package: FirmwarePackage;
} & Pick<Product, 'selfSignedUrls'> &
  Pick<Batch, 'confirmByQuery'>;

/** All files of its package. */
export const bytesOf = ({ package: firmware }: Pick<BatchFacts, 'package'>): number =>
  firmware.files.reduce((sum, { size }) => sum + size, 0);

const KEPT = 1_000;

export interface FactsSource {
  batch(id: BatchId): Promise<Batch | null>;
  package(id: string): Promise<FirmwarePackage | null>;
  product(key: string): Promise<Product | null>;
}

/** Facts of the last 1,000 batches asked for, read once each. A batch that is gone is an error: its tasks go first. */
export function createBatchFacts(source: FactsSource): (id: BatchId) => Promise<BatchFacts> {
  const kept = new LRUCache<BatchId, Promise<BatchFacts>>({ max: KEPT });
  return (id) => {
    const known = kept.get(id);
    if (known) return known;
    const read = readFacts(source, id).catch((error) => {
      kept.delete(id);
      throw error;
    });
    kept.set(id, read);
    return read;
  };
}

async function readFacts(source: FactsSource, id: BatchId): Promise<BatchFacts> {
  const batch = await source.batch(id);
  const firmware = batch && (await source.package(batch.packageId));
  if (!batch || !firmware) throw new Error(`batch ${id} or its package is gone`);
  const { _id, policy, targetVersion, module, productKey, confirmByQuery } = batch;
  const selfSignedUrls = (await source.product(productKey))?.selfSignedUrls;
  const switches = { ...(selfSignedUrls && { selfSignedUrls }), ...(confirmByQuery && { confirmByQuery }) };
  return { _id, policy, targetVersion, module, package: firmware, ...switches };
}
