import { type BatchId, isBrokerGateway, type TaskId } from '../../schema/model/ids';
import { isPlatformLed, traitsOf } from '../../schema/model/protocol/dialect';
import type { WhichTasks } from '../../schema/model/task/cancel';
import type { DueGroup, DueNow } from '../../schema/model/task/due';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import { type CancelSomeDeps, cancelBatchTasks, cancelSomeTasks } from './cancel';
import type { TaskDeps } from './deps';
import { endDocumentWaits } from './document-waits';
import { earlier } from './earlier';
import type { PresenceDeps } from './follow-presence';
import { reconcileBatch } from './reconcile';
import type { DueTask } from './store';
import { hasUpgrade, upgradeInput } from './upgrade-input';

export interface BatchTasksDeps extends PresenceDeps, CancelSomeDeps {
  /** Marks the devices of a gateway process off-line that have been connected to it since then. */
  resetGateway: (gatewayId: string, until?: Date) => Promise<void>;
}

/** What a batch does with its tasks as a set. */
export function createBatchTasks(deps: BatchTasksDeps) {
  return {
    /** Up to `limit` tasks that are due and reachable, but those at some gateways; with none, when the next will be and whether any is left at all. */
    async due(batchId: BatchId, limit: number, without: readonly string[] = []): Promise<DueNow> {
      const nextWaitEnd = await endDocumentWaits(deps, batchId);
      const due = await deps.tasks.due(batchId, deps.clock(), limit, without);
      if (due.length === 0) {
        const next = earlier(await deps.tasks.nextDueAt(batchId, without), nextWaitEnd);
        return { groups: [], nextDueAt: next?.getTime() ?? null, open: next !== null || (await deps.tasks.hasActive(batchId)) };
      }
      const groups = new Map<string, DueGroup>();
      for (const task of due) {
        const group = groups.get(task.gatewayId) ?? { gatewayId: task.gatewayId, taskIds: [] };
        groups.set(task.gatewayId, group);
        if (isPlatformLed(task)) await addAsked(deps, group, task);
        else group.taskIds.push(task._id);
      }
      return { groups: [...groups.values()], nextDueAt: null, open: true };
    },
    cancel: (batchId: BatchId, onProgress: () => void, cause: FailureCause | null = null) =>
      cancelBatchTasks(deps, batchId, onProgress, cause),
    cancelSome: (batchId: BatchId, which: WhichTasks, onProgress: () => void) => cancelSomeTasks(deps, batchId, which, onProgress),
    reconcile: (batchId: BatchId, onProgress: () => void, { full } = { full: true }) => reconcileBatch(deps, batchId, onProgress, full),
    /** Platform-led tasks that need no upgrade workflow now: their devices were not asked, or they have ended. */
    async unasked(taskIds: readonly TaskId[]): Promise<TaskId[]> {
      const asked = new Set((await deps.tasks.getMany(taskIds)).filter((task) => task.active && hasUpgrade(task)).map(({ _id }) => _id));
      return taskIds.filter((id) => !asked.has(id));
    },
    /** Devices of a broker stay connected when no gateway takes pushes for them: then only the batch has to wait, and says for what. */
    async gatewayLost(gatewayId: string, silentSince?: Date): Promise<string | null> {
      if (isBrokerGateway(gatewayId)) return `No gateway is connected to ${gatewayId}: nothing can be pushed to its devices.`;
      await deps.resetGateway(gatewayId, silentSince);
      return null;
    },
  };
}

async function addAsked(deps: TaskDeps, group: DueGroup, task: DueTask): Promise<void> {
  group.asked = [...(group.asked ?? []), task._id];
  if (!hasUpgrade(task) && traitsOf(task).workflowFrom === 'query')
    group.starting = [...(group.starting ?? []), await upgradeInput(deps, task)];
}

export type BatchTasks = ReturnType<typeof createBatchTasks>;
