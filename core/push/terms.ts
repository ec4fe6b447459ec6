import type { Batch, BatchTag, RatePolicy } from '../../schema/model/batch/batch';
import type { BatchId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';

/** What every push takes from its batch at that moment, because an operator may change it at any (R-BAT-16). */
export interface PushTerms {
  tags: readonly BatchTag[];
  /** Raised by each edit: a window that was paced by an older one is given up. */
  policyRevision: number;
}

/** Null unless the batch is RUNNING. */
export async function pushTerms({ batches }: Pick<Collections, 'batches'>, id: BatchId): Promise<PushTerms | null> {
  const projection = { 'policy.tags': 1, policyRevision: 1 };
  const batch = await batches.findOne<Pick<Batch, 'policy' | 'policyRevision'>>({ _id: id, status: 'RUNNING' }, { projection });
  return batch && { tags: batch.policy?.tags ?? [], policyRevision: batch.policyRevision ?? 0 };
}

/** What the next window is paced by: read with each, since it may be edited. */
export interface PushRateNow {
  rate: RatePolicy;
  policyRevision: number;
}

/** Null when the batch is gone: it was deleted while its workflow ended. */
export async function pushRateNow({ batches }: Pick<Collections, 'batches'>, id: BatchId): Promise<PushRateNow | null> {
  const projection = { 'policy.rate': 1, policyRevision: 1 };
  const batch = await batches.findOne<Pick<Batch, 'policy' | 'policyRevision'>>({ _id: id }, { projection });
  return batch && { rate: batch.policy.rate, policyRevision: batch.policyRevision ?? 0 };
}
