import type { DeviceId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task';
import type { TaskStore } from './store';

/**
 * A task store that tells whose task has ended by a write, so that its downloads end and a device that is free finds what waits for it. It only
 * wakes: what it tells may get lost.
 */
export function tellingStore(
  store: TaskStore,
  onEnded: (tasks: readonly Task[]) => void,
  onFree: (deviceIds: readonly DeviceId[]) => Promise<void>,
): TaskStore {
  return {
    ...store,
    async write(writes) {
      const written = await store.write(writes);
      const ended = writes.filter(({ task, change }) => change.set.active === false && written.has(task._id));
      if (ended.length > 0) onEnded(ended.map(({ task }) => task));
      if (ended.length > 0) await onFree(ended.map(({ task }) => task.deviceId)).catch(() => undefined);
      return written;
    },
  };
}
