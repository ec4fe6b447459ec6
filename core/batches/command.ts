import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, BatchMoveRecord, BatchStatus } from '../../schema/model/batch/batch';
import { isRefused } from '../../schema/model/batch/batch-state';
import type { BatchId } from '../../schema/model/ids';
import { requireRole } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import { UserError } from '../errors';
import { type BatchCommand, verbOf } from '../ports';
import { hasActiveTask } from '../tasks/has-active';
import { batchUnknown } from '../tasks/refusals';
import type { BatchDeps } from './deps';
import { recordWho } from './status';

export interface Commanded {
  batch: Batch;
  /** Tasks canceled. */
  affected: number;
  /** The batch was so before this call. */
  already: boolean;
}

type CommandDeps = Pick<BatchDeps, 'collections' | 'engine'>;

/** What a batch becomes by a command. */
const BECOMES: Partial<Record<BatchCommand['kind'], BatchStatus>> = { pause: 'PAUSED', resume: 'RUNNING', cancel: 'CANCELED' };

/** Where the wish is fulfilled: whoever has lost an answer asks again and is told so, instead of being refused. */
const FULFILLED: Partial<Record<BatchCommand['kind'], readonly BatchStatus[]>> = {
  pause: ['PAUSED', 'HALTED'],
  resume: ['STARTING', 'RUNNING'],
  cancel: ['CANCELED'],
  cancelTasks: ['CANCELED'],
};

/** The engine has the first word, because the status in the store may change while it is read. Throws BATCH_UNKNOWN, BATCH_STATE. */
export async function commandBatch(deps: CommandDeps, viewer: Viewer, id: BatchId, wish: BatchCommand): Promise<Commanded> {
  const { collections, engine } = deps;
  requireRole(viewer, 'OPERATOR');
  const batch = await existingBatch(collections, id);
  if (isRefused(batch.status, 'change')) return fulfilled(deps, batch, wish, ended(batch, wish));
  try {
    const { affected } = await engine.commandBatch(id, wish);
    const commanded = await existingBatch(collections, id);
    const move = movedBetween(batch, commanded, BECOMES[wish.kind]);
    if (move) await recordWho(collections.batches, id, move, viewer.actorId);
    return { batch: commanded, affected, already: false };
  } catch (error) {
    if (!(error instanceof UserError && error.code === 'BATCH_STATE')) throw error;
    return fulfilled(deps, await existingBatch(collections, id), wish, error);
  }
}

/** The move that the command has made of the batch. */
function movedBetween({ moves: before = [] }: Batch, { moves = [] }: Batch, to: BatchStatus | undefined): BatchMoveRecord | undefined {
  const known = before.at(-1)?.at.getTime() ?? 0;
  return moves.findLast((move) => move.to === to && !move.by && move.at.getTime() >= known);
}

/** Throws BATCH_UNKNOWN. */
export async function existingBatch({ batches }: CommandDeps['collections'], id: BatchId): Promise<Batch> {
  const batch = await batches.findOne({ _id: id, deletedAt: null });
  if (batch !== null) return batch;
  throw batchUnknown();
}

async function fulfilled(
  { collections }: Pick<CommandDeps, 'collections'>,
  batch: Batch,
  wish: BatchCommand,
  refusal: UserError,
): Promise<Commanded> {
  if (!FULFILLED[wish.kind]?.includes(batch.status)) throw refusal;
  if (batch.status === 'CANCELED') await untilTasksHaveEnded(collections, batch);
  return { batch, affected: 0, already: true };
}

const TASKS_END_MS = 10_000;
const LOOK_MS = 200;

/** The call that cancels the batch may still be at its tasks, and an answer says that they have ended. */
async function untilTasksHaveEnded({ tasks }: CommandDeps['collections'], { _id }: Batch): Promise<void> {
  for (let waited = 0; await hasActiveTask(tasks, _id); waited += LOOK_MS) {
    if (waited >= TASKS_END_MS) throw stillCanceling();
    await delay(LOOK_MS);
  }
}

const stillCanceling = (): UserError =>
  new UserError('BATCH_STATE', {
    field: 'batchId',
    message: 'The batch is CANCELED, and some of its tasks have not ended yet.',
    hint: 'An earlier call is still ending them: ask again in a few seconds.',
  });

const ended = ({ status }: Batch, wish: BatchCommand): UserError =>
  new UserError('BATCH_STATE', {
    field: 'batchId',
    message: `The batch is ${status}: it has ended, and there is nothing to ${verbOf(wish)}.`,
    hint: 'Create a new batch for the devices that are left.',
  });
