import type { Batch, CauseCount } from '../../schema/model/batch/batch';
import { currentRate } from '../../schema/model/batch/push-rate';
import type { CauseCounts, SeriesSample } from '../../schema/model/series';
import type { Collections } from '../../schema/mongo/connect';
import { failuresOf } from '../batches/failures';

export type Sampled = Pick<Batch, '_id' | 'productKey' | 'policy' | 'selection' | 'createdAt' | 'removedTasks'>;
export const SAMPLED = { productKey: 1, policy: 1, 'selection.atTarget': 1, createdAt: 1, removedTasks: 1 } as const;

/** A batch's numbers as they stand: all since its beginning. */
export interface Numbers {
  pushed: number;
  succeeded: number;
  failed: number;
  sent: number;
  asked: number;
  causes: CauseCounts;
}

const EVER = new Date(0);

/** Counted along indexes; nothing is incremented, save `sent`, of which no index has the past. */
export async function numbersOf(tasks: Collections['tasks'], batch: Sampled, before: SeriesSample | null): Promise<Numbers> {
  const { _id: batchId, policy, selection } = batch;
  const [pushed, succeeded, failed, begun] = await Promise.all([
    tasks.countDocuments({ batchId, firstNotifiedAt: { $gt: EVER } }),
    tasks.countDocuments({ batchId, status: 'SUCCEEDED' }),
    tasks.countDocuments({ batchId, status: 'FAILED' }),
    tasks.countDocuments({ batchId, notifiedAt: { $gt: before?.lookedAt ?? EVER } }),
  ]);
  const reached =
    policy.rate.kind === 'variable' && policy.rate.threshold.of === 'succeeded' ? succeeded - (selection?.atTarget ?? 0) : pushed;
  return {
    ...{ pushed, succeeded, failed },
    // An attempt that began and ended between two looks has left no time; a device's first one is in `pushed` all the same.
    sent: (before?.sent ?? 0) + Math.max(begun, pushed - (before?.pushed ?? 0)),
    asked: currentRate(policy.rate, Math.max(0, reached)),
    causes: before !== null && before.failed === failed ? (before.causes ?? {}) : byCause(await failuresOf(tasks, batch)),
  };
}

const byCause = (counts: readonly CauseCount[]): CauseCounts =>
  Object.fromEntries(counts.filter(({ failed }) => failed > 0).map(({ cause, failed }) => [cause, failed]));

export const isAsBefore = (before: SeriesSample | null, now: Numbers): boolean =>
  before !== null && (['pushed', 'succeeded', 'failed', 'sent', 'asked'] as const).every((key) => before[key] === now[key]);
