import type { BatchId, TaskId } from '../../schema/model/ids';
import { CANCELABLE_STATUSES } from '../../schema/model/task/cancel';
import type { Task } from '../../schema/model/task/task';
import type { Collections } from '../../schema/mongo/connect';
import { requireRole } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import { idsViolation, requireKnownDevices } from '../devices/require-device';
import { UserError } from '../errors';
import { inChunks } from '../in-chunks';
import { packageUnknown } from '../packages/refusals';
import { refuseIfAny } from '../refuse';
import { type CancelSomeDeps, cancelSomeTasks } from './cancel';
import type { Cancellation } from './contract';
import type { TaskDeps } from './deps';
import { statusesViolation } from './refusals';

/** Batches told at the same time. */
const AT_ONCE = 8;

type Deps = TaskDeps & CancelSomeDeps;

/** R-BAT-18: ends the tasks of a package on some devices, in whichever batches. Each batch answers when the effect is certain. */
export async function cancelOfDevices(
  deps: Deps,
  { devices, packages }: Pick<Collections, 'devices' | 'packages'>,
  viewer: Viewer,
  { packageId, deviceIds, batchId, statuses }: Cancellation,
): Promise<{ canceled: number; tasks: Task[] }> {
  requireRole(viewer, 'OPERATOR');
  const ids = [...new Set(deviceIds)];
  refuseIfAny([idsViolation(ids.length, deps.settings.limits.targets, 'deviceIds', 'Name'), statusesViolation(statuses)]);
  if ((await packages.findOne({ _id: packageId, deletedAt: null }, { projection: { _id: 1 } })) === null) throw packageUnknown();
  await requireKnownDevices(devices, ids);
  const active = (await deps.tasks.activeOfDevices(ids)).filter(
    (task) => task.packageId === packageId && (!batchId || task.batchId === batchId),
  );
  const byBatch = [...new Set(active.map((task) => task.batchId))].map(
    (id) => [id, active.filter((task) => task.batchId === id).map(({ _id }) => _id)] as const,
  );
  let canceled = 0;
  for await (const some of inChunks(byBatch, AT_ONCE)) {
    const counts = some.map(([id, taskIds]) => cancelIn(deps, id, taskIds, statuses));
    canceled += (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }
  const now = await deps.tasks.getMany(active.map(({ _id }) => _id));
  return { canceled, tasks: now.filter(({ status }) => status === 'CANCELED') };
}

/** Where the batch is over, or is being canceled, nothing is pushed any more, and there is nobody to ask. */
async function cancelIn(deps: Deps, batchId: BatchId, taskIds: TaskId[], statuses: Cancellation['statuses']): Promise<number> {
  const which = { statuses: statuses ?? CANCELABLE_STATUSES, taskIds };
  try {
    return (await deps.engine.commandBatch(batchId, { kind: 'cancelTasks', which })).affected;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'BATCH_STATE') throw error;
    return (await cancelSomeTasks(deps, batchId, which)).canceled;
  }
}
