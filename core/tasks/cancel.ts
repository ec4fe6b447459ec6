import type { FailureCause } from '../../schema/model/failure-causes';
import type { BatchId } from '../../schema/model/ids';
import type { TaskDeps } from './deps';
import { transitionMany } from './transition';
import { hasUpgrade } from './upgrade-input';

const CHUNK = 500;

/**
 * Ends every task of a batch that has not ended: offered and running alike. Returns when none is left, with how many it ended.
 * Running upgrades are told; one that misses it finds the task ended when it next looks.
 */
export async function cancelBatchTasks(
  deps: TaskDeps,
  batchId: BatchId,
  onProgress: (canceled: number) => void = () => {},
  cause: FailureCause | null = null,
): Promise<number> {
  let canceled = 0;
  for (;;) {
    const active = await deps.tasks.activeOfBatch(batchId, CHUNK);
    if (active.length === 0) return canceled;
    const ended = await transitionMany(deps.tasks, active, { kind: 'canceled', cause }, deps.clock());
    await Promise.all(ended.filter(hasUpgrade).map((task) => deps.engine.tellEnded(task)));
    canceled += ended.length;
    onProgress(canceled);
  }
}
