import type { DeviceId } from '../../schema/model/ids';
import type { TaskDeps } from './deps';
import { tellEnded } from './tell-ended';
import { transition } from './transition';

/** Fails every unfinished task of devices that are being deleted; their batches and upgrades are told. How many it ended. */
export async function onDevicesRemoved(deps: TaskDeps, deviceIds: readonly DeviceId[]): Promise<number> {
  let ended = 0;
  for (const task of await deps.tasks.activeOfDevices(deviceIds)) {
    const failed = await transition(deps.tasks, task, { kind: 'failed', cause: 'DEVICE_REMOVED', text: null }, deps.clock());
    if (failed === null) continue;
    ended += 1;
    await tellEnded(deps, [failed]);
    deps.engine.wakeBatch(failed.batchId);
  }
  return ended;
}
