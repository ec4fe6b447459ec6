import type { BatchId, TaskId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task';
import type { TaskDeps } from './deps';
import { transition } from './transition';
import { hasUpgrade, upgradeInput } from './upgrade-input';

export interface ReconcileDeps extends TaskDeps {
  /** Who is connected now, by device, and where. */
  gatewaysOf: (deviceIds: string[]) => Promise<Map<string, string>>;
}

const CHUNK = 500;
/** A task that changed a moment ago is somebody's work in progress. */
const QUIET_MINUTES = 1;

/**
 * "Event to wake, scan to be right": finds what a lost event left behind. A task whose device came or went unseen gets its
 * reachability; one that has reacted gets its upgrade workflow, should the process have died between the two.
 */
export async function reconcileBatch(deps: ReconcileDeps, batchId: BatchId, onProgress: () => void = () => {}): Promise<number> {
  let mended = 0;
  let after: TaskId | undefined;
  for (;;) {
    const active = await deps.tasks.activeOfBatch(batchId, CHUNK, after);
    const last = active.at(-1);
    if (last === undefined) return mended;
    after = last._id;
    const gateways = await deps.gatewaysOf(active.map(({ deviceId }) => deviceId));
    const quietSince = deps.clock().getTime() - QUIET_MINUTES * deps.settings.minuteMs;
    for (const task of active) {
      if (task.updatedAt.getTime() > quietSince) continue;
      if (await mend(deps, task, gateways.get(task.deviceId))) mended += 1;
    }
    onProgress();
  }
}

async function mend(deps: ReconcileDeps, task: Task, gatewayId: string | undefined): Promise<boolean> {
  if (hasUpgrade(task)) await deps.engine.report(await upgradeInput(deps, task), { kind: 'check' });
  if (gatewayId === (task.gatewayId ?? undefined)) return false;
  const { settleMs } = deps.settings;
  const event = gatewayId === undefined ? ({ kind: 'disconnected' } as const) : ({ kind: 'connected', gatewayId, settleMs } as const);
  return (await transition(deps.tasks, task, event, deps.clock())) !== null;
}
