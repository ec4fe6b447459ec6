import type { Batch } from '../../../schema/model/batch/batch';
import { isLive, overrides } from '../../../schema/model/batch/batch';
import { matchesAgain } from '../../../schema/model/batch/dynamic-match';
import { reportedOf, spellingOf } from '../../../schema/model/device/device-modules';
import { slotsFor } from '../../../schema/model/device/slots';
import { type DeviceId, type TaskId, taskIdOf } from '../../../schema/model/ids';
import { dialectOf } from '../../../schema/model/protocol/dialect';
import type { Task } from '../../../schema/model/task/task';
import { onlineMsOf } from '../../../schema/model/task/waits';
import type { Collections } from '../../../schema/mongo/connect';
import type { MatchedDevice } from '../../devices/report-version';
import { isDuplicateKey } from '../../duplicate-key';
import type { TaskDeps } from '../../tasks/deps';
import { transition } from '../../tasks/transition';
import { giveWay, givingWay } from '../override';
import { selectChosen } from '../select';

export interface TakeDeps extends TaskDeps {
  collections: Collections;
}

/**
 * Gives devices that a dynamic batch has matched their task: a new one, or once more the one they had (R-BAT-10, R-BAT-15). One with an
 * unfinished task of another batch keeps that, unless the batch overrides. The batch is told to look. May run twice.
 */
export async function takeDevices(deps: TakeDeps, batch: Batch, devices: readonly MatchedDevice[]): Promise<void> {
  const { tasks } = deps.collections;
  const ids = devices.map(({ _id }) => _id);
  const [own, active] = await Promise.all([
    tasks.find({ _id: { $in: ids.map((id) => taskIdOf(batch._id, id)) } }).toArray(),
    deps.tasks.activeOfDevices(ids),
  ]);
  const ownOf = new Map(own.map((task) => [task.deviceId, task]));
  const overriding = overrides(batch);
  const slots = slotsOf(deps, batch, active);
  const wanted = devices.filter((device) => {
    const task = ownOf.get(device._id);
    if (task === undefined) return true;
    // A task goes on in the dialect it began with.
    if (dialectOf(task) !== dialectOf(device)) return false;
    return matchesAgain(batch.base, task, sinceOf(batch, device), deps.settings.limits.dynamicMatches) === null;
  });
  const free = overriding ? wanted : wanted.filter(({ _id }) => slots(_id) !== null);
  if (free.length === 0) return;
  const gone = overriding ? await freeFromOlder(deps, batch, free, active) : new Set<TaskId>();
  const fresh = free.filter(({ _id }) => !ownOf.has(_id));
  if (fresh.length > 0)
    await selectChosen(
      deps.collections,
      batch,
      fresh.map(({ _id }) => _id),
      deps.clock(),
      deps.settings.limits.runningModules,
      onlineMsOf(deps.settings.waits, deps.settings.minuteMs),
    );
  const left = active.filter(({ _id }) => !gone.has(_id));
  await takeAgain(deps, batch, free, ownOf, slotsOf(deps, batch, left));
  await endIfOver(deps, batch, free);
  deps.engine.wakeBatch(batch._id);
}

function sinceOf({ module, scope }: Batch, { modules, memberSince, groups = [] }: MatchedDevice) {
  const joins = scope.kind === 'group' ? scope.groupIds.filter((id) => groups.includes(id)).map((id) => memberSince?.[id]) : [];
  const times = joins.filter((at) => at !== undefined).map((at) => at.getTime());
  const { version = null, reportedAt = null } = reportedOf(modules, module) ?? {};
  return { version, reportedAt, joinedAt: times.length > 0 ? new Date(Math.max(...times)) : null };
}

/** R-BAT-11. A newer batch's task never gives way to an older batch. */
async function freeFromOlder(
  deps: TakeDeps,
  batch: Batch,
  devices: readonly MatchedDevice[],
  active: readonly Task[],
): Promise<ReadonlySet<TaskId>> {
  const ids = new Set<DeviceId>(devices.map(({ _id }) => _id));
  const ofDevices = active.filter(({ deviceId }) => ids.has(deviceId));
  const older = givingWay(batch, ofDevices, (batchId) => batchId < batch._id);
  if (older.length > 0) await giveWay(deps, older);
  for (const id of new Set(older.map(({ batchId }) => batchId))) deps.engine.wakeBatch(id);
  return new Set(older.map(({ _id }) => _id));
}

/** R-BAT-13: the slots a device has for a task of the batch; null when there is no room. */
const slotsOf =
  ({ settings }: TakeDeps, { module, policy }: Batch, active: readonly Task[]) =>
  (deviceId: DeviceId): number[] | null =>
    slotsFor(
      { module, multiModule: policy.multiModule === true },
      active.filter((task) => task.deviceId === deviceId),
      settings.limits.runningModules,
    );

async function takeAgain(
  deps: TakeDeps,
  batch: Batch,
  devices: readonly MatchedDevice[],
  ownOf: ReadonlyMap<DeviceId, Task>,
  slotsOf: (deviceId: DeviceId) => number[] | null,
): Promise<void> {
  const again = devices.filter(({ _id }) => ownOf.has(_id));
  if (again.length === 0 || !(await stillTakes(deps, batch))) return;
  const { confirmation = false, timeoutMinutes } = batch.policy;
  const found = await deps.collections.devices
    .find({ _id: { $in: again.map(({ _id }) => _id) } }, { projection: { gatewayId: 1, presenceRevision: 1 } })
    .toArray();
  const presence = new Map(found.map(({ _id, gatewayId, presenceRevision = 0 }) => [_id, { gatewayId, presenceRevision }]));
  await Promise.all(
    again.map(async ({ _id, modules }) => {
      const task = ownOf.get(_id);
      const slots = slotsOf(_id);
      if (!task || slots === null) return;
      const reported = reportedOf(modules, batch.module);
      const sourceVersion = reported?.version ?? null;
      const at = presence.get(_id) ?? { gatewayId: null };
      const event = { kind: 'matchedAgain' as const, ...at, slots, sourceVersion, confirmation, timeoutMinutes };
      // The index has the last word on whether the device is free.
      const spelt = reported ? await deps.tasks.spell(task, spellingOf(batch.module, reported)) : task;
      await transition(deps.tasks, spelt, event, deps.clock()).catch((error) => {
        if (!isDuplicateKey(error)) throw error;
      });
    }),
  );
}

/** What is known of a batch may be a second old. */
async function stillTakes({ collections }: TakeDeps, { _id }: Batch): Promise<boolean> {
  return (await collections.batches.findOne({ _id, matching: true }, { projection: { _id: 1 } })) !== null;
}

/** A cancellation ends the batch and then its tasks: whichever of the two comes second sees the other. */
async function endIfOver(deps: TakeDeps, { _id }: Batch, devices: readonly MatchedDevice[]): Promise<void> {
  const batch = await deps.collections.batches.findOne<Pick<Batch, 'status'>>({ _id }, { projection: { status: 1 } });
  if (batch !== null && isLive(batch.status)) return;
  for (const device of devices) await transition(deps.tasks, taskIdOf(_id, device._id), { kind: 'canceled', cause: null }, deps.clock());
}
