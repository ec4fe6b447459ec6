import type { BatchId, TaskId } from '../../schema/model/ids';
import { followPresence, type PresenceDeps } from './follow-presence';
import { hasUpgrade, upgradeInput } from './upgrade-input';

const CHUNK = 500;
/** A task that changed a moment ago is somebody's work in progress. */
const QUIET_MINUTES = 1;

/**
 * "Event to wake, scan to be right": finds what a lost event left behind. A task whose device came or went unseen gets its
 * reachability; with `full` one that has reacted gets its upgrade workflow, should the process have died between the two.
 */
export async function reconcileBatch(
  deps: PresenceDeps,
  batchId: BatchId,
  onProgress: () => void = () => {},
  full = true,
): Promise<number> {
  let mended = 0;
  let after: TaskId | undefined;
  for (;;) {
    const active = await deps.tasks.activeOfBatch(batchId, CHUNK, after);
    const last = active.at(-1);
    if (last === undefined) return mended;
    after = last._id;
    const quietSince = deps.clock().getTime() - QUIET_MINUTES * deps.settings.minuteMs;
    for (const task of active) {
      if (!full || task.updatedAt.getTime() > quietSince || !hasUpgrade(task)) continue;
      await deps.engine.report(await upgradeInput(deps, task), { kind: 'check' });
    }
    mended += await followPresence(deps, active);
    onProgress();
  }
}
