import type { Present } from '../../schema/model/device/presence';
import type { DeviceId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import { inChunks } from '../in-chunks';
import type { TaskDeps } from './deps';
import { followPresence, type PresenceDeps, presenceEvent } from './follow-presence';
import { transition, transitionMany } from './transition';

/** R-TASK-7: a device that comes on-line wakes the batches that wait for it, after it had time to report its version. */
export async function onPresence(deps: TaskDeps, deviceId: DeviceId, present: Present): Promise<void> {
  const { settleMs } = deps.settings;
  for (const task of await deps.tasks.activeOfDevice(deviceId)) {
    await transition(deps.tasks, task, presenceEvent(present, settleMs), deps.clock());
    if (present.gatewayId !== null) deps.engine.wakeBatch(task.batchId, settleMs);
  }
}

/** What was awaited after a connection has come: the batch need not wait longer. */
export async function onSettled(deps: TaskDeps, task: Task): Promise<void> {
  if ((await transition(deps.tasks, task, { kind: 'settled' }, deps.clock())) !== null) deps.engine.wakeBatch(task.batchId);
}

const CHUNK = 500;

/**
 * A gateway process starts, or is found dead: its devices are off-line, or have come back by now. What the documents say counts, not
 * when this was decided.
 */
export async function onGatewayReset(deps: PresenceDeps, gatewayId: string): Promise<void> {
  for await (const chunk of inChunks(deps.tasks.eachOfGateway(gatewayId), CHUNK)) await followPresence(deps, chunk);
}

/**
 * What devices of a broker said while no gateway listened is lost, and they don't say it again: each unfinished one is notified again, as
 * one that comes back is. A batch's rate holds for these as well.
 */
export async function onUnheard(deps: TaskDeps, gatewayId: string): Promise<void> {
  const { settleMs } = deps.settings;
  const batches = new Set<string>();
  for await (const chunk of inChunks(deps.tasks.eachOfGateway(gatewayId), CHUNK)) {
    await transitionMany(deps.tasks, chunk, { kind: 'connected', gatewayId, settleMs, unheard: true }, deps.clock());
    for (const { batchId } of chunk) batches.add(batchId);
  }
  for (const batchId of batches) deps.engine.wakeBatch(batchId, settleMs);
}

/** R-TASK-7: devices that came or went together, with their parent for example, with few round trips for all of them. */
export async function onPresenceOfMany(deps: PresenceDeps, deviceIds: readonly DeviceId[], came: boolean): Promise<void> {
  const batches = new Set<string>();
  for await (const ids of inChunks(deviceIds, CHUNK)) {
    const active = await deps.tasks.activeOfDevices(ids);
    await followPresence(deps, active, { anew: came });
    for (const { batchId } of active) batches.add(batchId);
  }
  if (came) for (const batchId of batches) deps.engine.wakeBatch(batchId, deps.settings.settleMs);
}
