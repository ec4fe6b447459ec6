import type { DeviceId } from '../../schema/model/ids';
import type { TaskDeps } from './deps';
import { endTask } from './end-task';

/** Fails every unfinished task of devices that are being deleted; their batches and upgrades are told. How many it ended. */
export async function onDevicesRemoved(deps: TaskDeps, deviceIds: readonly DeviceId[]): Promise<number> {
  let ended = 0;
  for (const task of await deps.tasks.activeOfDevices(deviceIds)) {
    if ((await endTask(deps, task, { kind: 'failed', cause: 'DEVICE_REMOVED', text: null })) !== null) ended += 1;
  }
  return ended;
}
