import type { mongo } from 'mongoose';
import type { Batch, BatchStatus, SelectionSummary } from '../../schema/model/batch/batch';
import { LIVE_STATUSES } from '../../schema/model/batch/batch';
import type { BatchId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';

/** From where each status may be entered. A final one is left by `reopenBatch` alone. */
const FROM: Record<BatchStatus, readonly BatchStatus[]> = {
  SCHEDULED: [],
  STARTING: [],
  RUNNING: ['SCHEDULED', 'STARTING', 'PAUSED', 'HALTED'],
  PAUSED: ['STARTING', 'RUNNING'],
  HALTED: ['RUNNING'],
  FINISHED: LIVE_STATUSES,
  CANCELED: LIVE_STATUSES,
  FAILED: LIVE_STATUSES,
};

const FINAL: readonly BatchStatus[] = ['FINISHED', 'CANCELED', 'FAILED'];

/** The only writer of a batch's status, with `reopenBatch`: one conditional write; false when the batch was not where it could come from. */
export async function setBatchStatus(
  batches: mongo.Collection<Batch>,
  id: BatchId,
  status: BatchStatus,
  now: Date,
  reason: string | null = null,
  from: readonly BatchStatus[] = FROM[status],
): Promise<boolean> {
  const set: Partial<Batch> = { status, statusReason: reason, updatedAt: now };
  if (FINAL.includes(status)) set.endedAt = now;
  const update = FINAL.includes(status) ? { $set: set, $unset: { matching: true as const } } : { $set: set };
  const { matchedCount } = await batches.updateOne({ _id: id, status: { $in: [...from] } }, update);
  return matchedCount === 1;
}

/** The selection is done: what it found, and when the batch began. Written once; a repeat keeps the first. */
export async function recordSelection(
  batches: mongo.Collection<Batch>,
  id: BatchId,
  selection: SelectionSummary,
  passedOver: string | undefined,
  now: Date,
): Promise<void> {
  const set: Partial<Batch> = { selection, startedAt: now, updatedAt: now, ...(passedOver && { passedOver }) };
  await batches.updateOne({ _id: id, selection: null }, { $set: set });
}

/**
 * R-BAT-21: tasks of an ended batch have begun again, and it goes on. One that was canceled stays so, and one that is being deleted or whose
 * tasks are being removed, except to whoever set that mark and takes it back.
 */
export async function reopenBatch(
  batches: mongo.Collection<Batch>,
  id: BatchId,
  now: Date,
  { deletedAt = null, removedAt = null }: { deletedAt?: Date | null; removedAt?: Date | null } = {},
): Promise<boolean> {
  const set: Partial<Batch> = { status: 'RUNNING', statusReason: null, endedAt: null, updatedAt: now, deletedAt: null };
  const { matchedCount } = await batches.updateOne(
    { _id: id, status: { $in: ['FINISHED', 'FAILED'] }, deletedAt, 'removedTasks.at': removedAt as never },
    { $set: set, $unset: { passedOver: true, removedTasks: true } },
  );
  return matchedCount === 1;
}

/** As it is now; null when there is no such batch. */
export const batchStatus =
  ({ batches }: Pick<Collections, 'batches'>) =>
  async (id: BatchId): Promise<BatchStatus | null> =>
    (await batches.findOne<Pick<Batch, 'status'>>({ _id: id }, { projection: { status: 1 } }))?.status ?? null;
