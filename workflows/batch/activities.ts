import { Context } from '@temporalio/activity';
import type { BatchLifecycle, BatchStart } from '../../core/batches/lifecycle';
import type { BatchTasks } from '../../core/tasks/batch-tasks';
import type { BatchStatus, RateThreshold } from '../../schema/model/batch/batch';
import type { BatchId, TaskId } from '../../schema/model/ids';
import type { WhichTasks } from '../../schema/model/task/cancel';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import type { DueTasks } from './messages';
import type { ReconcileOptions } from './reconcile-schedule';

export interface BatchActivityDeps {
  lifecycle: BatchLifecycle;
  tasks: BatchTasks;
}

/** What the batch workflow does to the world. Each may run twice, at any time. */
export function createBatchActivities({ lifecycle, tasks }: BatchActivityDeps) {
  return {
    selectTargets: (batchId: BatchId): Promise<BatchStart> =>
      beating(() => lifecycle.select(batchId)).catch(async (error) => {
        await lifecycle.explain(batchId, 'The devices could not be selected yet; it is tried again.');
        throw error;
      }),
    countReached: (batchId: BatchId, of: RateThreshold): Promise<number> => lifecycle.reached(batchId, of),
    haltIfFailing: (batchId: BatchId): Promise<boolean> => lifecycle.halt(batchId),
    isHalted: (batchId: BatchId): Promise<boolean> => lifecycle.isHalted(batchId),
    /** `without`: gateways that get nothing now. */
    async findDueTasks(batchId: BatchId, limit: number, without: readonly string[] = []): Promise<DueTasks> {
      const [due, rate] = await Promise.all([tasks.due(batchId, limit, without), lifecycle.pushRate(batchId)]);
      return { ...due, ...rate };
    },
    async setBatchStatus(batchId: BatchId, status: BatchStatus, reason: string | null): Promise<void> {
      await lifecycle.setStatus(batchId, status, reason);
    },
    explainBatch: (batchId: BatchId, reason: string | null): Promise<void> => lifecycle.explain(batchId, reason),
    async cancelBatchTasks(batchId: BatchId, cause: FailureCause | null = null): Promise<number> {
      const canceled = await beating((beat) => tasks.cancel(batchId, beat, cause));
      // With the last of its tasks, whatever came between: no workflow would be left to finish it.
      if (cause === 'CAMPAIGN_WINDOW_CLOSED') await lifecycle.close(batchId);
      return canceled;
    },
    cancelSomeTasks: (batchId: BatchId, which: WhichTasks): Promise<{ canceled: number; open: boolean }> =>
      beating((beat) => tasks.cancelSome(batchId, which, beat)),
    reconcileBatch: (batchId: BatchId, options: ReconcileOptions = { full: true }): Promise<number> =>
      beating((beat) => tasks.reconcile(batchId, beat, options)),
    scanMatches: (batchId: BatchId): Promise<boolean> => beating((beat) => lifecycle.scan(batchId, beat)),
    async endMatching(batchId: BatchId): Promise<void> {
      await lifecycle.endMatching(batchId);
    },
    findUnasked: (taskIds: TaskId[]): Promise<TaskId[]> => tasks.unasked(taskIds),
    /** `silentSince`: epoch milliseconds; who has connected to it since then has found it alive. */
    gatewayLost: (gatewayId: string, silentSince?: number): Promise<string | null> =>
      tasks.gatewayLost(gatewayId, silentSince === undefined ? undefined : new Date(silentSince)),
  };
}
export type BatchActivities = ReturnType<typeof createBatchActivities>;

/** Long work says that it is alive, by its own progress and by the clock: a worker that dies is noticed in seconds. */
async function beating<T>(work: (beat: () => void) => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), 2_000);
  try {
    return await work(() => context.heartbeat());
  } finally {
    clearInterval(timer);
  }
}
