import type { DeviceId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task';
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

/**
 * What devices of a broker said while no gateway listened is lost, and they don't say it again: each unfinished one is notified again, as
 * one that comes back is. A batch's rate holds for these as well.
 */
export async function onUnheard(deps: TaskDeps, gatewayId: string): Promise<void> {
  const { settleMs } = deps.settings;
  const batches = new Set<string>();
  let chunk: Task[] = [];
  const moveOn = async (): Promise<void> => {
    await transitionMany(deps.tasks, chunk, { kind: 'connected', gatewayId, settleMs }, deps.clock());
    chunk = [];
  };
  for await (const task of deps.tasks.eachOfGateway(gatewayId)) {
    batches.add(task.batchId);
    if (chunk.push(task) === CHUNK) await moveOn();
  }
  await moveOn();
  for (const batchId of batches) deps.engine.wakeBatch(batchId, settleMs);
}

/** R-TASK-7: devices that come or go with the gateway they are behind, with few round trips for all of them. */
export async function onChildren(deps: TaskDeps, deviceIds: readonly DeviceId[], gatewayId: string | null): Promise<void> {
  const { settleMs } = deps.settings;
  const event = gatewayId === null ? ({ kind: 'disconnected' } as const) : ({ kind: 'connected', gatewayId, settleMs } as const);
  const batches = new Set<string>();
  for (let begin = 0; begin < deviceIds.length; begin += CHUNK) {
    const active = await deps.tasks.activeOfDevices(deviceIds.slice(begin, begin + CHUNK));
    const moved = new Set((await transitionMany(deps.tasks, active, event, deps.clock())).map(({ _id }) => _id));
    for (const task of active) {
      batches.add(task.batchId);
      // One that was written meanwhile is read again; one that has nothing to change costs nothing.
      if (!moved.has(task._id)) await transition(deps.tasks, task, event, deps.clock());
    }
  }
  if (gatewayId !== null) for (const batchId of batches) deps.engine.wakeBatch(batchId, settleMs);
}

export async function onDisconnected(deps: TaskDeps, deviceId: DeviceId): Promise<void> {
  for (const task of await deps.tasks.activeOfDevice(deviceId)) {
    await transition(deps.tasks, task, { kind: 'disconnected' }, deps.clock());
  }
}
