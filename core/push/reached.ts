import type { Batch, RatePolicy, RateThreshold } from '../../schema/model/batch/batch';
import type { Collections } from '../../schema/mongo/connect';

const EVER = { $gt: new Date(0) };

/**
 * R-RATE-2: the devices of a batch that were ever notified, or have succeeded; a retry does not count its device twice, and a device
 * that had the target from the start counts for nothing. One count along an index.
 */
export async function reachedOf(
  { batches, tasks }: Pick<Collections, 'batches' | 'tasks'>,
  batchId: string,
  of: RateThreshold,
): Promise<number> {
  if (of === 'notified') return tasks.countDocuments({ batchId, firstNotifiedAt: EVER });
  const [succeeded, batch] = await Promise.all([
    tasks.countDocuments({ batchId, status: 'SUCCEEDED' }),
    batches.findOne<Pick<Batch, 'selection'>>({ _id: batchId }, { projection: { selection: 1 } }),
  ]);
  return Math.max(0, succeeded - (batch?.selection?.atTarget ?? 0));
}

/** What a rate that does not grow would not look at is not counted. */
export const reachedFor = (collections: Pick<Collections, 'batches' | 'tasks'>, batchId: string, rate: RatePolicy): Promise<number> =>
  rate.kind === 'variable' ? reachedOf(collections, batchId, rate.threshold.of) : Promise.resolve(0);
