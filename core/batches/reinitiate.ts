import type { Batch } from '../../schema/model/batch/batch';
import { isLive } from '../../schema/model/batch/batch';
import { isRefused } from '../../schema/model/batch/batch-state';
import { reportedOf, spellingOf } from '../../schema/model/device/device-modules';
import { slotsFor } from '../../schema/model/device/slots';
import { batchOfTask, type TaskId } from '../../schema/model/ids';
import { FIXED_LIMITS } from '../../schema/model/limits';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { acceptsSource } from '../../schema/model/package/package-rules';
import { dialectOf } from '../../schema/model/protocol/dialect';
import { hasRegressed } from '../../schema/model/task/begun-again';
import type { SkipReason } from '../../schema/model/task/reinitiation';
import { isActive, type Task } from '../../schema/model/task/task';
import type { TaskEventOf } from '../../schema/model/task/task-event';
import type { Collections } from '../../schema/mongo/connect';
import { isDuplicateKey } from '../duplicate-key';
import { UserError } from '../errors';
import { packageUnknown } from '../packages/refusals';
import { cancelBatchTasks } from '../tasks/cancel';
import type { TaskDeps } from '../tasks/deps';
import { hasActiveTask } from '../tasks/has-active';
import { batchUnknown, tasksRemoved } from '../tasks/refusals';
import { requireTasks } from '../tasks/require-tasks';
import { transition } from '../tasks/transition';
import type { Reinitiated, Reinitiation } from './contract';
import { refuseReopening } from './reopening';
import { reopenBatch } from './status';

const CHUNK = 200;

type ReinitiationDeps = Pick<TaskDeps, 'tasks' | 'engine' | 'settings' | 'clock'> & { collections: Collections };

/**
 * R-BAT-21: failed tasks begin again from the records, and R-BAT-10 named ones whose device has gone back to the version it was upgraded
 * from; a batch that had ended goes on. The tasks first: a process that dies
 * before the batch is running again leaves it to the next call, or to the batch's own end, which looks for them. `since`: the same call has
 * begun then, and a crash may have interrupted it; what has begun since does not begin once more.
 */
export async function reinitiateTasks(
  deps: ReinitiationDeps,
  request: Reinitiation,
  since: Date | null = null,
): Promise<Omit<Reinitiated, 'batch'>> {
  const { collections } = deps;
  requireOneOf(request);
  const { batch, firmware } = await resumable(collections, request.batchId);
  await refuseReopening(collections, deps.settings.limits, batch);
  const result = { reinitiated: 0, skippedCount: 0, skipped: [] as Reinitiated['skipped'] };
  for await (const found of chunksOf(deps, request, since)) {
    const tasks = found.filter((task) => !hasBegunSince(task, since));
    result.reinitiated += found.length - tasks.length;
    for (const [taskId, reason] of await restart(deps, tasks, { batch, firmware })) {
      if (reason === null) result.reinitiated += 1;
      else {
        result.skippedCount += 1;
        if (result.skipped.length < FIXED_LIMITS.skippedShown) result.skipped.push({ taskId, reason });
      }
    }
  }
  await goOn(deps, batch);
  return result;
}

function requireOneOf({ taskIds, all }: Reinitiation): void {
  if ((taskIds == null) === (all === true)) return;
  throw new UserError('REQUIRED', {
    field: 'taskIds',
    message: `The call names ${taskIds == null ? 'no tasks' : 'both some tasks and all'}.`,
    hint: 'Give either `taskIds`, or `all: true` for every failed task of the batch.',
  });
}

async function resumable({ batches, packages }: Collections, batchId: string): Promise<Resumable> {
  const batch = await batches.findOne({ _id: batchId, deletedAt: null });
  if (batch === null) throw batchUnknown();
  if (batch.removedTasks) throw tasksRemoved(batch.removedTasks);
  if (isRefused(batch.status, 'reinitiate'))
    throw new UserError('BATCH_STATE', {
      field: 'batchId',
      message: 'The batch was canceled: its tasks stay as they are.',
      hint: 'Create a new batch for the devices that are left.',
    });
  const firmware = await packages.findOne({ _id: batch.packageId, deletedAt: null });
  if (firmware === null) throw packageUnknown();
  return { batch, firmware };
}

const hasBegunSince = ({ transitions }: Task, since: Date | null): boolean =>
  since !== null && transitions.some(({ from, to, at }) => at >= since && !isActive(from) && isActive(to));

const FAILED = { status: 'FAILED' } as const;
const begunSince = (at: Date) => ({ transitions: { $elemMatch: { from: 'FAILED' as const, at: { $gte: at } } } });

async function* chunksOf(deps: ReinitiationDeps, { batchId, taskIds }: Reinitiation, since: Date | null): AsyncGenerator<Task[]> {
  if (taskIds != null) {
    const named = await requireTasks(deps, taskIds, deps.settings.limits.reinitiations);
    const foreign = named.find(({ _id }) => batchOfTask(_id) !== batchId);
    if (foreign === undefined) return yield named;
    const field = `taskIds.${taskIds.indexOf(foreign._id)}`;
    throw new UserError('TASK_UNKNOWN', { field, message: 'The task is not one of this batch.', hint: 'Make a call for each batch.' });
  }
  for (let after = ''; ; ) {
    const failed = await deps.collections.tasks
      .find({ batchId, _id: { $gt: after }, ...(since ? { $or: [FAILED, begunSince(since)] } : FAILED) })
      .sort({ _id: 1 })
      .limit(CHUNK)
      .toArray();
    const last = failed.at(-1);
    if (last === undefined) return;
    yield failed;
    after = last._id;
  }
}

type Outcome = [TaskId, SkipReason | null];

interface Resumable {
  batch: Batch;
  firmware: FirmwarePackage;
}

async function restart(deps: ReinitiationDeps, chunk: Task[], { batch, firmware }: Resumable): Promise<Outcome[]> {
  const deviceIds = chunk.map(({ deviceId }) => deviceId);
  const found = await deps.collections.devices
    .find({ _id: { $in: deviceIds }, enabled: true }, { projection: { gatewayId: 1, presenceRevision: 1, modules: 1, dialect: 1 } })
    .toArray();
  const active = await deps.tasks.activeOfDevices(deviceIds);
  const multiModule = batch.policy.multiModule === true;
  const { runningModules } = deps.settings.limits;
  const byId = new Map(found.map((device) => [device._id, device]));
  return Promise.all(
    chunk.map(async (task): Promise<Outcome> => {
      const device = byId.get(task.deviceId);
      const reported = device && reportedOf(device.modules, task.module);
      const version = reported?.version;
      const regressed = hasRegressed(task, version ?? null);
      if (task.status !== 'FAILED' && !regressed) return [task._id, 'NOT_FAILED'];
      if (!device) return [task._id, 'DEVICE_GONE'];
      if (dialectOf(task) !== dialectOf(device)) return [task._id, 'DIALECT_CHANGED'];
      const others = active.filter(({ deviceId }) => deviceId === task.deviceId);
      const slots = slotsFor({ module: task.module, multiModule }, others, runningModules);
      if (slots === null) return [task._id, 'DEVICE_BUSY'];
      const atTarget = version === task.targetVersion;
      if (!atTarget && version !== undefined && !acceptsSource(firmware, version)) return [task._id, 'VERSION_NOT_ELIGIBLE'];
      const spelt = reported ? await deps.tasks.spell(task, spellingOf(task.module, reported)) : task;
      const { gatewayId, presenceRevision = 0 } = device;
      const as = { gatewayId, presenceRevision, slots, sourceVersion: version, regressed };
      return [task._id, await begin(deps, spelt, as, atTarget)];
    }),
  );
}

/** The index has the last word on whether the device is free. */
async function begin(
  deps: ReinitiationDeps,
  task: Task,
  as: Omit<TaskEventOf<'reinitiated'>, 'kind'>,
  atTarget: boolean,
): Promise<SkipReason | null> {
  const now = deps.clock();
  try {
    const begun = await transition(deps.tasks, task, { kind: 'reinitiated', ...as }, now);
    if (begun === null) return 'NOT_FAILED';
    // R-TASK-3: it was upgraded meanwhile.
    if (atTarget) await transition(deps.tasks, begun, { kind: 'succeeded' }, now);
    return null;
  } catch (error) {
    if (isDuplicateKey(error)) return 'DEVICE_BUSY';
    throw error;
  }
}

/** Also when nothing began in this call: an earlier one may have died before it came so far. */
async function goOn(deps: ReinitiationDeps, batch: Batch): Promise<void> {
  const { clock, engine } = deps;
  const { batches, tasks } = deps.collections;
  if (await hasActiveTask(tasks, batch._id)) await reopenBatch(batches, batch._id, clock());
  const now = (await batches.findOne({ _id: batch._id })) ?? batch;
  if (now.removedTasks) {
    // The removal has come in between: what has begun ends, and goes with the others.
    await cancelBatchTasks({ tasks: deps.tasks, engine, clock }, batch._id);
    await batches.updateOne({ _id: batch._id }, { $unset: { 'removedTasks.doneAt': true } });
    throw tasksRemoved(now.removedTasks);
  }
  if (isLive(now.status)) await engine.restartBatch(batch._id);
}
