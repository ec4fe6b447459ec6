import type { WhichTasks } from '../../schema/model/cancel';
import type { FailureCause } from '../../schema/model/failure-causes';
import type { BatchId, TaskId } from '../../schema/model/ids';
import { type CancelSomeDeps, cancelBatchTasks, cancelSomeTasks } from './cancel';
import { type ReconcileDeps, reconcileBatch } from './reconcile';

export interface DueByGateway {
  groups: { gatewayId: string; taskIds: TaskId[] }[];
  nextDueAt: number | null;
  open: boolean;
}

export interface BatchTasksDeps extends ReconcileDeps, CancelSomeDeps {
  /** Marks every device of a gateway process off-line. */
  resetGateway: (gatewayId: string) => Promise<void>;
}

/** What a batch does with its tasks as a set. */
export function createBatchTasks(deps: BatchTasksDeps) {
  return {
    /** Up to `limit` tasks that are due and reachable; with none, when the next will be and whether any is left at all. */
    async due(batchId: BatchId, limit: number): Promise<DueByGateway> {
      const due = await deps.tasks.due(batchId, deps.clock(), limit);
      if (due.length === 0) {
        const nextDueAt = await deps.tasks.nextDueAt(batchId);
        return { groups: [], nextDueAt: nextDueAt?.getTime() ?? null, open: nextDueAt !== null || (await deps.tasks.hasActive(batchId)) };
      }
      const byGateway = new Map<string, TaskId[]>();
      for (const { _id, gatewayId } of due) {
        const group = byGateway.get(gatewayId);
        if (group) group.push(_id);
        else byGateway.set(gatewayId, [_id]);
      }
      return { groups: [...byGateway].map(([gatewayId, taskIds]) => ({ gatewayId, taskIds })), nextDueAt: null, open: true };
    },
    cancel: (batchId: BatchId, onProgress: () => void, cause: FailureCause | null = null) =>
      cancelBatchTasks(deps, batchId, onProgress, cause),
    cancelSome: (batchId: BatchId, which: WhichTasks, onProgress: () => void) => cancelSomeTasks(deps, batchId, which, onProgress),
    reconcile: (batchId: BatchId, onProgress: () => void) => reconcileBatch(deps, batchId, onProgress),
    gatewayLost: (gatewayId: string) => deps.resetGateway(gatewayId),
  };
}
export type BatchTasks = ReturnType<typeof createBatchTasks>;
