import type { DeviceId } from '../../schema/model/ids';
import type { TaskStore, TaskWrite } from './store';

export interface Told {
  /** Whose task has ended: a device that is free finds what waits for it. */
  onFree(deviceIds: readonly DeviceId[]): Promise<void>;
  /** All that was written. Returns at once. */
  onWritten(writes: readonly TaskWrite[]): void;
}

/** A task store that tells what it has written. It only wakes: what it tells may get lost. */
export function tellingStore(store: TaskStore, { onFree, onWritten }: Told): TaskStore {
  return {
    ...store,
    async write(writes) {
      const written = await store.write(writes);
      const done = writes.filter(({ task }) => written.has(task._id));
      onWritten(done);
      const ended = done.filter(({ change }) => change.set.active === false);
      if (ended.length > 0) await onFree(ended.map(({ task }) => task.deviceId)).catch(() => undefined);
      return written;
    },
  };
}
