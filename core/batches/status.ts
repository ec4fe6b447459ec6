import type { mongo } from 'mongoose';
import type { Batch, BatchMoveRecord, BatchStatus, SelectionSummary } from '../../schema/model/batch/batch';
import { isLive } from '../../schema/model/batch/batch';
import { type BatchMove, moveOf } from '../../schema/model/batch/batch-state';
import type { BatchId } from '../../schema/model/ids';
import { FIXED_LIMITS } from '../../schema/model/limits';
import type { Collections } from '../../schema/mongo/connect';

/**
 * Moves a batch along `schema/model/batch/batch-state.ts`: the only writer of a status, with `reopenBatch`. One conditional write; false
 * when the event moves no batch that is where this one is.
 */
export async function moveBatch(
  batches: mongo.Collection<Batch>,
  id: BatchId,
  event: Exclude<BatchMove, 'reinitiate'>,
  now: Date,
  reason: string | null = null,
): Promise<boolean> {
  const { from, to } = moveOf(event);
  const ends = !isLive(to);
  const set: Partial<Batch> = { status: to, statusReason: reason, updatedAt: now, ...(ends && { endedAt: now }) };
  const update = { $set: set, $push: { moves: recorded({ at: now, to, ...(reason && { reason }) }) } };
  const { matchedCount } = await batches.updateOne(
    { _id: id, status: { $in: from } },
    ends ? { ...update, $unset: { matching: true as const } } : update,
  );
  return matchedCount === 1;
}

/** The move goes with the status, in one write. */
const recorded = (move: BatchMoveRecord) => ({ $each: [move], $slice: -FIXED_LIMITS.movesKept });

/** Whoever had the batch moved: its workflow, which moves it, does not know. Should the process die before, the record says only when. */
export async function recordWho(batches: mongo.Collection<Batch>, id: BatchId, move: BatchMoveRecord, by: string): Promise<void> {
  const unnamed = { at: move.at, to: move.to, by: { $exists: false } };
  await batches.updateOne({ _id: id, moves: { $elemMatch: unnamed } } as mongo.Filter<Batch>, { $set: { 'moves.$.by': by } });
  move.by = by;
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
  const { from, to } = moveOf('reinitiate');
  const set: Partial<Batch> = { status: to, statusReason: null, endedAt: null, updatedAt: now, deletedAt: null };
  const { matchedCount } = await batches.updateOne(
    { _id: id, status: { $in: from }, deletedAt, 'removedTasks.at': removedAt as never },
    { $set: set, $push: { moves: recorded({ at: now, to }) }, $unset: { passedOver: true, removedTasks: true } },
  );
  return matchedCount === 1;
}

/** As it is now; null when there is no such batch. */
export const batchStatus =
  ({ batches }: Pick<Collections, 'batches'>) =>
  async (id: BatchId): Promise<BatchStatus | null> =>
    (await batches.findOne<Pick<Batch, 'status'>>({ _id: id }, { projection: { status: 1 } }))?.status ?? null;
