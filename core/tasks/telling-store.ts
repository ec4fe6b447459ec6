import type { DeviceId } from '../../schema/model/ids';
import type { TaskStore } from './store';

/** A task store that tells whose task has ended by a write, so that a device that is free finds what waits for it. It only wakes: what it tells may get lost. */
export function tellingStore(store: TaskStore, onFree: (deviceIds: readonly DeviceId[]) => Promise<void>): TaskStore {
  return {
    ...store,
    async write(writes) {
      const written = await store.write(writes);
      const ended = writes.filter(({ task, change }) => change.set.active === false && written.has(task._id));
      if (ended.length > 0) await onFree(ended.map(({ task }) => task.deviceId)).catch(() => undefined);
      return written;
    },
  };
}
