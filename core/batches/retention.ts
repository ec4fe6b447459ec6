import type { mongo } from 'mongoose';
import { type Batch, type RemovedTasks } from '../../schema/model/batch/batch';
import { statusesThatTake } from '../../schema/model/batch/batch-state';
import { UserError } from '../errors';
import { removeInPieces } from '../in-pieces';
import { reachedFor } from '../push/reached';
import { hasActiveTask } from '../tasks/has-active';
import { countsOf } from './counts';
import { type DeletionDeps, deleteBatch } from './delete';
import { failuresOf } from './failures';
import { reopenBatch } from './status';

/** Days after its end; null: for ever. */
export interface Retention {
  /** What a batch's tasks are kept for; then it keeps their counts. */
  tasksDays: number | null;
  /** What the batch itself is kept for. */
  batchesDays: number | null;
}

const DAY_MS = 24 * 60 * 60_000;
/** Whoever has marked a batch so long ago, and is not done, has died or is slow: others join in. A fresh mark may still be taken back. */
const JOINED_AFTER_MS = 10 * 60_000;

/**
 * Removes what has been kept long enough: whole batches, and the tasks of others. One batch after the other and piece by piece; goes on
 * where a crash has cut it off; may run in several processes. Returns how many batches it has removed, or freed of their tasks.
 */
export async function removeOld(deps: DeletionDeps, { tasksDays, batchesDays }: Retention, signal?: AbortSignal): Promise<Removed> {
  const batches = batchesDays === null ? 0 : await each(deps, endedBefore(deps, batchesDays), signal, removeBatch);
  const ofTasks = { 'removedTasks.doneAt': null as never, ...(tasksDays !== null && endedBefore(deps, tasksDays)) };
  // What was begun is brought to its end, also when the setting was taken away meanwhile.
  const begun = tasksDays === null ? { ...ofTasks, 'removedTasks.at': { $type: 'date' } as never } : ofTasks;
  return { batches, tasksOf: await each(deps, begun, signal, removeTasks) };
}

export interface Removed {
  batches: number;
  tasksOf: number;
}

const endedBefore = ({ clock }: DeletionDeps, days: number): mongo.Filter<Batch> => ({
  endedAt: { $lte: new Date(clock().getTime() - days * DAY_MS) },
});

type Step = (deps: DeletionDeps, batch: Batch, signal?: AbortSignal) => Promise<boolean>;

async function each(deps: DeletionDeps, filter: mongo.Filter<Batch>, signal: AbortSignal | undefined, step: Step): Promise<number> {
  let done = 0;
  const found = deps.collections.batches.find({ ...filter, deletedAt: null, status: { $in: statusesThatTake('remove') } });
  for await (const batch of found) {
    if (signal?.aborted) break;
    if (await step(deps, batch, signal)) done += 1;
  }
  return done;
}

async function removeBatch(deps: DeletionDeps, { _id }: Batch, signal?: AbortSignal): Promise<boolean> {
  try {
    await deleteBatch(deps, _id, signal);
    return true;
  } catch (error) {
    // Somebody has deleted it, or has let its tasks begin again: then it is kept.
    if (error instanceof UserError) return false;
    throw error;
  }
}

/**
 * Marked first, with the counts, from when on they are what is shown and none of its tasks begins again. A task that has begun again at
 * that moment is seen by the second look, and keeps the batch as it is; one that comes later meets the mark, and goes with the others.
 */
async function removeTasks(deps: DeletionDeps, batch: Batch, signal?: AbortSignal): Promise<boolean> {
  const { batches, tasks } = deps.collections;
  const isFresh = ({ at }: RemovedTasks): boolean => at.getTime() > deps.clock().getTime() - JOINED_AFTER_MS;
  if (batch.removedTasks ? isFresh(batch.removedTasks) : !(await mark(deps, batch))) return false;
  await removeInPieces(tasks, { batchId: batch._id }, signal);
  if (signal?.aborted) return false;
  const { matchedCount } = await batches.updateOne(
    { _id: batch._id, 'removedTasks.at': { $type: 'date' } as never, 'removedTasks.doneAt': null as never },
    { $set: { 'removedTasks.doneAt': deps.clock() } },
  );
  return matchedCount === 1;
}

async function mark({ collections, engine, clock }: DeletionDeps, batch: Batch): Promise<boolean> {
  const { batches } = collections;
  const { _id, status, updatedAt, policy } = batch;
  if (await hasActiveTask(collections.tasks, _id)) return false;
  const [counts, reached, causes] = await Promise.all([
    countsOf(collections.tasks, batch),
    reachedFor(collections, _id, policy.rate),
    failuresOf(collections.tasks, batch),
  ]);
  const removedTasks: RemovedTasks = { at: clock(), counts, reached, causes };
  const asRead = { _id, status, updatedAt, deletedAt: null, removedTasks: { $exists: false } };
  const { matchedCount } = await batches.updateOne(asRead, { $set: { removedTasks } });
  if (matchedCount === 0) return false;
  if (!(await hasActiveTask(collections.tasks, _id))) return true;
  const removedAt = removedTasks.at;
  if (await reopenBatch(batches, _id, clock(), { removedAt })) await engine.restartBatch(_id);
  else await batches.updateOne({ _id, 'removedTasks.at': removedAt } as mongo.Filter<Batch>, { $unset: { removedTasks: true } });
  return false;
}
