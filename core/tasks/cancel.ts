import type { BatchStatus } from '../../schema/model/batch/batch';
import type { BatchId } from '../../schema/model/ids';
import { statusesMeant, type WhichTasks } from '../../schema/model/task/cancel';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import type { Task } from '../../schema/model/task/task';
import type { TaskDeps } from './deps';
import { endTasks } from './end-task';

const CHUNK = 500;

type Deps = Pick<TaskDeps, 'tasks' | 'engine' | 'clock'>;
type OnProgress = (canceled: number) => void;

export interface CancelSomeDeps extends Deps {
  /** As it is now; null when there is no such batch. */
  statusOf: (batchId: BatchId) => Promise<BatchStatus | null>;
}

/** Ends every task of a batch that has not ended: offered and running alike. Returns when none is left, with how many it ended. */
export const cancelBatchTasks = (
  deps: Deps,
  batchId: BatchId,
  onProgress: OnProgress = () => {},
  cause: FailureCause | null = null,
): Promise<number> => endAll(deps, () => deps.tasks.activeOfBatch(batchId, CHUNK), onProgress, cause);

/** R-BAT-18: ends the tasks of a batch that are asked for, and says whether any is left that has not ended. */
export async function cancelSomeTasks(
  deps: CancelSomeDeps,
  batchId: BatchId,
  { statuses: wanted, taskIds }: WhichTasks,
  onProgress: OnProgress = () => {},
): Promise<{ canceled: number; open: boolean }> {
  const batch = await deps.statusOf(batchId);
  const statuses = batch === null ? [] : statusesMeant(wanted, batch);
  const isMeant = (task: Task): boolean => task.active && task.batchId === batchId && statuses.includes(task.status);
  const next = taskIds
    ? async () => (await deps.tasks.getMany(taskIds)).filter(isMeant)
    : () => deps.tasks.activeOfBatch(batchId, CHUNK, undefined, statuses);
  const canceled = statuses.length === 0 ? 0 : await endAll(deps, next, onProgress);
  return { canceled, open: await deps.tasks.hasActive(batchId) };
}

/** Until `next` finds nothing. Running upgrades are told. */
async function endAll(deps: Deps, next: () => Promise<Task[]>, onProgress: OnProgress, cause: FailureCause | null = null): Promise<number> {
  let canceled = 0;
  for (;;) {
    const active = await next();
    if (active.length === 0) return canceled;
    canceled += (await endTasks(deps, active, { kind: 'canceled', cause })).length;
    onProgress(canceled);
  }
}
