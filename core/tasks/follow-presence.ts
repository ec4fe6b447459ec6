import type { Present } from '../../schema/model/device/presence';
import type { DeviceId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import type { TaskEvent } from '../../schema/model/task/task-event';
import type { TaskDeps } from './deps';
import { transition, transitionMany } from './transition';

export interface PresenceDeps extends TaskDeps {
  /** Devices that are not there are left out. */
  presenceOf(deviceIds: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, Present>>;
}

export const presenceEvent = ({ gatewayId, presenceRevision = 0 }: Present, settleMs: number): TaskEvent =>
  gatewayId === null ? { kind: 'disconnected', presenceRevision } : { kind: 'connected', gatewayId, settleMs, presenceRevision };

/**
 * R-TASK-7: gives tasks the presence that their devices' documents have now. So whoever comes last makes it right, and doing it twice
 * changes nothing. `anew`: those of connected devices are notified again, whether or not that is news. Returns how many have changed.
 */
export async function followPresence(deps: PresenceDeps, tasks: readonly Task[], { anew = false } = {}): Promise<number> {
  if (tasks.length === 0) return 0;
  const present = await deps.presenceOf(tasks.map(({ deviceId }) => deviceId));
  const { settleMs } = deps.settings;
  const newsFor = (task: Task): TaskEvent | null => {
    const now = present.get(task.deviceId);
    if (now === undefined) return task.gatewayId === null ? null : { kind: 'disconnected', gatewayId: task.gatewayId };
    return !anew && isKnown(task, now) ? null : presenceEvent(now, settleMs);
  };
  const now = deps.clock();
  const moved = new Set((await transitionMany(deps.tasks, tasks, newsFor, now)).map(({ _id }) => _id));
  let changed = moved.size;
  for (const task of tasks) {
    const news = moved.has(task._id) ? null : newsFor(task);
    // One that was written meanwhile is read again; one that has nothing to change costs nothing.
    if (news !== null && (await transition(deps.tasks, task, news, now)) !== null) changed += 1;
  }
  return changed;
}

const isKnown = (task: Task, { gatewayId, presenceRevision = 0 }: Present): boolean =>
  task.gatewayId === gatewayId && task.reachable === (gatewayId !== null) && (task.presenceRevision ?? 0) === presenceRevision;
