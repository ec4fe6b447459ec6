import type { Batch } from '../../schema/model/batch/batch';
import { isRefused } from '../../schema/model/batch/batch-state';
import type { BatchId } from '../../schema/model/ids';
import { samplesOf } from '../../schema/model/series';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { UserError } from '../errors';
import { removeInPieces } from '../in-pieces';
import type { UpgradeEngine } from '../ports';
import { hasActiveTask } from '../tasks/has-active';
import { batchUnknown } from '../tasks/refusals';
import { reopenBatch } from './status';

export interface DeletionDeps {
  collections: Pick<Collections, 'batches' | 'tasks' | 'seriesSamples'>;
  engine: Pick<UpgradeEngine, 'restartBatch'>;
  clock: Clock;
}

type Removal = Pick<DeletionDeps, 'collections'>;

/**
 * R-BAT-19. Marked first, which takes it out of every list and keeps its tasks from beginning again; then the tasks, piece by piece, then
 * the document. A crash in between leaves the mark, and whoever comes next goes on from there. Answers when nothing is left of it.
 */
export async function deleteBatch(deps: DeletionDeps, id: BatchId, signal?: AbortSignal): Promise<{ batchId: BatchId; tasks: number }> {
  const { batches } = deps.collections;
  const batch: Batch | null = await batches.findOne({ _id: id });
  if (batch === null) throw batchUnknown();
  if (!batch.deletedAt) await mark(deps, batch);
  return { batchId: id, tasks: await removeMarked(deps, id, signal) };
}

/** Finishes the deletions that a crash cut off; stops early when told to. Returns how many. May run in several processes. */
export async function finishBatchDeletions(deps: Removal, signal?: AbortSignal): Promise<number> {
  let finished = 0;
  for await (const { _id } of deps.collections.batches.find({ deletedAt: { $type: 'date' } }, { projection: { _id: 1 } })) {
    await removeMarked(deps, _id, signal);
    if (signal?.aborted) return finished;
    finished += 1;
  }
  return finished;
}

/**
 * A task that is re-initiated meanwhile is seen by the second look, or finds its batch marked: the two never miss each other. Who began it
 * may have met the mark, and could not set the batch going; taking the mark back does that as well.
 */
async function mark({ collections, engine, clock }: DeletionDeps, batch: Batch): Promise<void> {
  const { batches, tasks } = collections;
  if (isRefused(batch.status, 'remove') || (await hasActiveTask(tasks, batch._id))) throw stillRunning(batch);
  const deletedAt = clock();
  const asRead = { _id: batch._id, status: batch.status };
  const { matchedCount } = await batches.updateOne(asRead, { $set: { deletedAt, idempotency: null } });
  if (matchedCount === 0) throw stillRunning(batch);
  if (!(await hasActiveTask(tasks, batch._id))) return;
  if (await reopenBatch(batches, batch._id, clock(), { deletedAt })) await engine.restartBatch(batch._id);
  else await batches.updateOne({ _id: batch._id, deletedAt }, { $set: { deletedAt: null } });
  throw stillRunning(batch);
}

async function removeMarked({ collections }: Removal, id: BatchId, signal?: AbortSignal): Promise<number> {
  const { batches, tasks, seriesSamples } = collections;
  const removed = await removeInPieces(tasks, { batchId: id }, signal);
  await removeInPieces(seriesSamples, { _id: samplesOf(`b:${id}`) }, signal);
  if (!signal?.aborted) await batches.deleteOne({ _id: id });
  return removed;
}

const stillRunning = ({ status }: Batch): UserError =>
  new UserError('BATCH_STATE', {
    field: 'batchId',
    message: isRefused(status, 'remove') ? `The batch is ${status}: it is not over.` : 'Tasks of the batch have not ended.',
    hint: 'Cancel it first, or wait until it has ended; then delete it.',
  });
