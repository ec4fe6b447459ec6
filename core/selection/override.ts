import { type Batch, LIVE_STATUSES } from '../../schema/model/batch/batch';
import type { BatchId, DeviceId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import type { Collections } from '../../schema/mongo/connect';
import { inChunks } from '../in-chunks';
import type { TaskDeps } from '../tasks/deps';
import { endTasks } from '../tasks/end-task';
import { roomStages } from './room';
import { countAble, withShare } from './share';
import { targetSource, targetStages } from './targets';

const CHUNK = 500;

type Deps = Pick<TaskDeps, 'tasks' | 'engine' | 'clock'>;

/**
 * Which of the unfinished tasks of some devices give way to a batch that overrides. With multi-module only those for its own module
 * (R-BAT-13), otherwise those for any, since the device runs one at a time; a device in upgrade keeps what it has.
 */
export function givingWay<T extends Pick<Task, 'batchId' | 'deviceId' | 'module' | 'status'>>(
  { _id, module, policy }: Batch,
  active: readonly T[],
  isOlder: (batchId: BatchId) => boolean,
): T[] {
  const inWay = active.filter((task) => task.batchId !== _id && (!policy.multiModule || task.module === module));
  const upgrading = new Set(inWay.filter(({ status }) => status === 'IN_PROGRESS').map(({ deviceId }) => deviceId));
  return inWay.filter(({ batchId, deviceId }) => isOlder(batchId) && !upgrading.has(deviceId));
}

/**
 * R-BAT-11: ends the tasks of older batches that have not begun, on the devices this batch is for, so that its selection finds them free.
 * Only older ones: of two batches that override, the newer has its way, whichever selects first. A task that moved between reading and
 * writing is read again, and kept if it is in upgrade by then. Returns how many gave way.
 */
export async function overrideEarlier(deps: Deps, collections: Collections, selecting: Batch, slots: number): Promise<number> {
  const older = await olderBatches(collections, selecting);
  if (older.size === 0) return 0;
  const isPhased = selecting.scope.kind === 'phased';
  const batch = isPhased ? await withShare(collections, selecting, await countAble(collections, selecting, slots)) : selecting;
  const stages = [...targetStages(batch, isPhased ? roomStages(batch, slots, 'overriding') : []), { $project: { _id: 1 } }];
  const targets = targetSource(collections, batch).aggregate<{ _id: DeviceId }>(stages, { allowDiskUse: true });
  const disturbed = new Set<BatchId>();
  let ended = 0;
  for await (const devices of inChunks(targets, CHUNK)) {
    const active = await deps.tasks.activeOfDevices(devices.map(({ _id }) => _id));
    const earlier = givingWay(batch, active, (batchId) => older.has(batchId));
    for (const { batchId } of earlier) disturbed.add(batchId);
    ended += await giveWay(deps, earlier);
  }
  for (const id of disturbed) deps.engine.wakeBatch(id);
  return ended;
}

async function olderBatches({ batches }: Collections, { _id, productKey, module, policy }: Batch): Promise<Set<BatchId>> {
  const ofModule = policy.multiModule ? { module } : {};
  const older = batches.find(
    { productKey, ...ofModule, status: { $in: [...LIVE_STATUSES] }, _id: { $lt: _id } },
    { projection: { _id: 1 } },
  );
  return new Set((await older.toArray()).map((batch) => batch._id));
}

/** What was written by somebody else meanwhile is read and tried again, until nothing is left that could give way. */
export async function giveWay(deps: Deps, tasks: Task[]): Promise<number> {
  let ended = 0;
  for (let left = tasks; left.length > 0; ) {
    const gone = await endTasks(deps, left, { kind: 'overridden' });
    ended += gone.length;
    const done = new Set(gone.map(({ _id }) => _id));
    const missed = left.filter(({ _id }) => !done.has(_id)).map(({ _id }) => _id);
    left = missed.length === 0 ? [] : (await deps.tasks.getMany(missed)).filter(({ active, status }) => active && status !== 'IN_PROGRESS');
  }
  return ended;
}
