import type { Batch, Finished } from '../../schema/model/batch';
import { haltReason } from '../../schema/model/halt';
import type { BatchId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { setBatchStatus } from './status';

type Stores = Pick<Collections, 'batches' | 'tasks'>;

/** Counted along the index of a batch's tasks by status. */
async function finishedOf({ tasks }: Stores, batchId: BatchId): Promise<Finished> {
  const [succeeded, failed] = await Promise.all([
    tasks.countDocuments({ batchId, status: 'SUCCEEDED' }),
    tasks.countDocuments({ batchId, status: 'FAILED' }),
  ]);
  return { succeeded, failed };
}

/** R-BAT-24: halts a running batch whose failures have reached their threshold, and says whether it is halted now. May run twice. */
export async function haltIfFailing(stores: Stores, batchId: BatchId, now: Date): Promise<boolean> {
  const batch: Batch | null = await stores.batches.findOne({ _id: batchId });
  if (batch === null || batch.status !== 'RUNNING' || !batch.policy.halt) return batch?.status === 'HALTED';
  // Devices that had the target from the start have not been upgraded: their success says nothing.
  const base = batch.haltBase ?? { succeeded: batch.selection?.atTarget ?? 0, failed: 0 };
  const { succeeded, failed } = await finishedOf(stores, batchId);
  const since = { succeeded: Math.max(0, succeeded - base.succeeded), failed: Math.max(0, failed - base.failed) };
  const reason = haltReason(batch.policy.halt, since);
  if (reason === null) return false;
  // The last device may have failed since the batch looked for work: with nothing left to hold back, it is finished.
  if (!batch.matching && (await stores.tasks.findOne({ batchId, active: true }, { projection: { _id: 1 } })) === null) return false;
  return setBatchStatus(stores.batches, batchId, 'HALTED', now, reason);
}

/** Before a halted batch is resumed: whoever resumes it has seen what failed so far, and only what fails from now on counts. */
export async function forgiveFailures(stores: Stores, batchId: BatchId, now: Date): Promise<void> {
  const halted = { _id: batchId, status: 'HALTED' as const };
  if ((await stores.batches.findOne(halted, { projection: { _id: 1 } })) === null) return;
  await stores.batches.updateOne(halted, { $set: { haltBase: { ...(await finishedOf(stores, batchId)), at: now } } });
}

/** R-BAT-21: after failed tasks have begun again. Those that were forgiven are no longer, and count when they fail once more. */
export async function unforgive({ batches, tasks }: Stores, batchId: BatchId): Promise<void> {
  const batch: Batch | null = await batches.findOne({ _id: batchId, 'haltBase.at': { $exists: true } });
  if (!batch?.haltBase?.at) return;
  const failed = await tasks.countDocuments({ batchId, status: 'FAILED', endedAt: { $lte: batch.haltBase.at } });
  await batches.updateOne({ _id: batchId, 'haltBase.at': batch.haltBase.at }, { $set: { 'haltBase.failed': failed } });
}
