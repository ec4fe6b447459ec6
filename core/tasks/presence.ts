import type { DeviceId } from '../../schema/model/ids';
import type { TaskDeps } from './deps';
import { transition, transitionMany } from './transition';

/** R-TASK-7: a device that comes on-line wakes the batches that wait for it, after it had time to report its version. */
export async function onConnected(deps: TaskDeps, deviceId: DeviceId, gatewayId: string): Promise<void> {
  const { settleMs } = deps.settings;
  for (const task of await deps.tasks.activeOfDevice(deviceId)) {
    await transition(deps.tasks, task, { kind: 'connected', gatewayId, settleMs }, deps.clock());
    deps.engine.wakeBatch(task.batchId, settleMs);
  }
}

const CHUNK = 500;

/** A gateway process starts, or is found dead: none of its devices is connected. */
export async function onGatewayReset(deps: TaskDeps, gatewayId: string): Promise<void> {
  for (;;) {
    const left = await deps.tasks.activeOfGateway(gatewayId, CHUNK);
    if (left.length === 0) return;
    await transitionMany(deps.tasks, left, { kind: 'disconnected' }, deps.clock());
  }
}

export async function onDisconnected(deps: TaskDeps, deviceId: DeviceId): Promise<void> {
  for (const task of await deps.tasks.activeOfDevice(deviceId)) {
    await transition(deps.tasks, task, { kind: 'disconnected' }, deps.clock());
  }
}
