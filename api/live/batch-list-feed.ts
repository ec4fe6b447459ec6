import type { Batch } from '../../schema/model/batch/batch';
import { createDocumentFeed, type DocumentFeed } from './document-feed';
import type { LiveSource } from './source';

export interface BatchesFilter {
  productKey?: string | null;
  packageId?: string | null;
  /** Those of the reader; null: all. */
  products?: readonly string[] | null;
}

const GATHER_MS = 50;

export const createBatchListFeed = (source: LiveSource, position: () => string): DocumentFeed<Batch, BatchesFilter> =>
  createDocumentFeed<Batch, BatchesFilter>(source, {
    collection: source.collections.batches,
    gatherMs: GATHER_MS,
    acceptsId: () => true,
    // Of one that is gone nobody knows whose it was.
    accepts: ({ productKey, packageId, products }, batch) =>
      (!products || (batch !== null && products.includes(batch.productKey))) &&
      (batch === null || ((!productKey || batch.productKey === productKey) && (!packageId || batch.packageId === packageId))),
    position,
  });
