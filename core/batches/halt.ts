import type { Batch, HaltPolicy, Judged } from '../../schema/model/batch/batch';
import { haltReason, successesToCount } from '../../schema/model/batch/halt';
import type { BatchId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { hasActiveTask } from '../tasks/has-active';
import { batchStatus, moveBatch } from './status';

type Stores = Pick<Collections, 'batches' | 'tasks'>;
type Watched = Pick<Batch, '_id' | 'status' | 'policy' | 'judgedFrom' | 'matching'>;

const WATCHED = { status: 1, 'policy.halt': 1, judgedFrom: 1, matching: 1 } as const;
const EVER = new Date(0);
const FAILURES = ['FAILING', 'FAILED', 'REGRESSED'] as const;

export interface HaltLook {
  /** Also when somebody else had halted it. */
  halted: boolean;
  /** This look has. */
  isNew: boolean;
}

/** R-BAT-24: halts a running batch whose failures have reached their threshold. May run twice, and anywhere. */
export async function lookForHalt(stores: Stores, batchId: BatchId, now: Date): Promise<HaltLook> {
  const { batches, tasks } = stores;
  const batch = await batches.findOne<Watched>({ _id: batchId }, { projection: WATCHED });
  if (batch === null || batch.status !== 'RUNNING' || !batch.policy.halt) return { halted: batch?.status === 'HALTED', isNew: false };
  const reason = await reasonOf(stores, batchId, batch.policy.halt, batch.judgedFrom ?? EVER);
  if (reason === null) return { halted: false, isNew: false };
  // The last device may have failed since the batch looked for work: with nothing left to hold back, it is finished.
  const isLeft = batch.matching || (await hasActiveTask(tasks, batchId));
  const isNew = isLeft && (await moveBatch(batches, batchId, 'halt', now, reason));
  // Another look, after another failure, may have been faster.
  return { halted: isNew || (isLeft && (await batchStatus(stores)(batchId)) === 'HALTED'), isNew };
}

export const haltIfFailing = async (stores: Stores, batchId: BatchId, now: Date): Promise<boolean> =>
  (await lookForHalt(stores, batchId, now)).halted;

/**
 * Counted along the index of outcomes: first the failures, and of the successes no more than can matter beside them, so that a look at a
 * batch that does well costs little, however large it is. The figures in words are exact.
 */
async function reasonOf({ tasks }: Stores, batchId: BatchId, halt: HaltPolicy, from: Date): Promise<string | null> {
  const judgedAt = { $gt: from };
  const failed = await tasks.countDocuments({ batchId, outcome: { $in: [...FAILURES] }, judgedAt });
  if (failed === 0) return null;
  const successes = (limit?: number): Promise<number> =>
    limit === 0 ? Promise.resolve(0) : tasks.countDocuments({ batchId, outcome: 'SUCCEEDED', judgedAt }, { ...(limit && { limit }) });
  const enough = successesToCount(halt, failed);
  const judged: Judged = { failed, succeeded: await successes(enough) };
  const reason = haltReason(halt, judged);
  if (reason === null || judged.succeeded < enough) return reason;
  return haltReason(halt, { failed, succeeded: await successes() }) ?? reason;
}

/** Before a halted batch is resumed: whoever resumes it has seen what failed so far, and only outcomes from now on count. */
export async function forgiveFailures({ batches }: Pick<Stores, 'batches'>, batchId: BatchId, now: Date): Promise<void> {
  await batches.updateOne({ _id: batchId, status: 'HALTED' }, { $set: { judgedFrom: now } });
}
