import type { mongo } from 'mongoose';
import type { Batch, EditedField } from '../../schema/model/batch/batch';
import { isLive, LIVE_STATUSES } from '../../schema/model/batch/batch';
import { type BatchEdit, fieldEdits } from '../../schema/model/batch/batch-edit';
import type { BatchId } from '../../schema/model/ids';
import { FIXED_LIMITS } from '../../schema/model/limits';
import { UserError } from '../errors';
import { refuseIfAny } from '../refuse';
import type { BatchDeps } from './deps';

const TRIES = 8;

/**
 * R-BAT-16: one write, of the batch as it was read. From then on each push takes the new tags, and a window that was paced by the old rate
 * is given up, because every push looks at the revision first; the workflow reads the rate with each window and keeps none. An edit that
 * changes nothing writes nothing. `read` throws for a batch that is not there. Throws BATCH_STATE, REQUIRED and what is wrong with values.
 */
export async function editBatch(
  { collections, settings, clock, engine }: BatchDeps,
  by: string,
  id: BatchId,
  edit: BatchEdit,
  read: (id: BatchId) => Promise<Batch>,
): Promise<Batch> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const batch = await read(id);
    if (!isLive(batch.status)) throw ended(batch);
    const edits = fieldEdits(batch, edit, settings.limits);
    refuseIfAny(edits.flatMap(({ violations }) => violations));
    if (edits.length === 0) return batch;
    const revision = batch.policyRevision ?? 0;
    const fields = edits.map(({ field }) => field);
    const set = Object.assign({}, ...edits.map((each) => each.set));
    const edited = await collections.batches.findOneAndUpdate(
      {
        _id: id,
        status: { $in: [...LIVE_STATUSES] },
        policyRevision: revision === 0 ? { $in: [null, 0] } : revision,
      } as mongo.Filter<Batch>,
      editWrite(batch, by, fields, set, clock()),
      { returnDocument: 'after' },
    );
    if (edited === null) continue;
    engine.wakeBatch(id);
    return edited;
  }
  throw new Error(`batch ${id} kept changing while it was edited`);
}

/** The batch's next revision, with its place in the record of edits. */
export const editWrite = (
  { policyRevision = 0 }: Batch,
  by: string,
  fields: EditedField[],
  set: object,
  now: Date,
): mongo.UpdateFilter<Batch> => ({
  $set: { ...set, policyRevision: policyRevision + 1, updatedAt: now },
  $push: { edits: { $each: [{ at: now, by, fields }], $slice: -FIXED_LIMITS.editsKept } },
});

export function requireSomething(edit: BatchEdit): void {
  if (Object.values(edit).some((value) => value !== undefined)) return;
  throw new UserError('REQUIRED', {
    field: 'batchId',
    message: 'The call names nothing to change.',
    hint: 'Give the fields that are to change, besides the batch.',
  });
}

const ended = ({ status }: Batch): UserError =>
  new UserError('BATCH_STATE', {
    field: 'batchId',
    message: `The batch is ${status}: it has ended, and nothing about it can be changed.`,
    hint: 'Create a new batch for the devices that are left.',
  });
