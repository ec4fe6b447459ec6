import type { mongo } from 'mongoose';
import { moduleKey } from '../../schema/model/device/module-version';
import { type DeviceId, deviceNameOf, taskIdOf } from '../../schema/model/ids';
import { ACTIVE_STATUSES, TASK_STATUSES, type Task } from '../../schema/model/task/task';
import type { Collections } from '../../schema/mongo/connect';
import { withinProducts } from '../access/permissions/products';
import { UserError } from '../errors';
import type { Sort } from '../paging/page-of';
import type { TaskFilter } from './contract';
import { byDeviceName } from './of-batch';

/** What a list asks the store for. Each is read along an index. */
interface List {
  where: mongo.Filter<Task>;
  sort: Sort;
  /** No two of them are alike in what they are sorted by. */
  isUnique?: true;
}

/** Of one device: latest first. */
const LATEST_FIRST = { createdAt: -1, _id: 1 } as const;

/** Throws REQUIRED for the name of a device without a batch. */
export async function listOf(batches: Collections['batches'], filter: TaskFilter): Promise<List> {
  const { batchId, deviceId, module, cause, deviceNamePrefix, among } = filter;
  if (cause && !batchId && !deviceId && !among) throw causeAlone();
  // All statuses are named: the index of causes is then read in the order of ids, one stretch a status.
  const status = cause && !filter.status?.length ? [...TASK_STATUSES] : filter.status;
  const further = {
    ...(module && { module: moduleKey(module) }),
    ...(cause && { cause }),
    ...(status && status.length > 0 && { status: { $in: status } }),
  };
  if (among && !deviceId) return listAmong(among, filter, further);
  const named = deviceNamePrefix ? await byDeviceName(batches, batchId, deviceNamePrefix) : {};
  const where = { ...(batchId && { batchId }), ...(deviceId && { deviceId }), ...further, ...named };
  return { where: withinProducts<mongo.Filter<Task>>(where, filter.products), sort: deviceId && !batchId ? LATEST_FIRST : { _id: 1 } };
}

/** R-DEV-7: by device, and the tasks of each latest first; in a batch a device has one task, whose id is known. */
function listAmong(among: readonly DeviceId[], { batchId, deviceNamePrefix }: TaskFilter, further: mongo.Filter<Task>): List {
  const ids = deviceNamePrefix ? among.filter((id) => deviceNameOf(id).startsWith(deviceNamePrefix)) : [...among];
  if (batchId) return { where: { ...further, _id: { $in: ids.map((id) => taskIdOf(batchId, id)) } }, sort: { _id: 1 } };
  return { where: { ...further, deviceId: { $in: ids } }, sort: { deviceId: 1, ...LATEST_FIRST } };
}

/** Those that have not ended: of a device, or of all of an app's, where the index of active tasks has nothing of their history. */
export function unfinishedOf(deviceId: DeviceId | null, own: readonly DeviceId[], module: string | null): List {
  const ofModule = module && { module: moduleKey(module) };
  if (deviceId != null) return { where: { deviceId, ...ofModule, status: { $in: [...ACTIVE_STATUSES] } }, sort: LATEST_FIRST };
  return { where: { active: true, deviceId: { $in: [...own] }, ...ofModule }, sort: { deviceId: 1, module: 1 }, isUnique: true };
}

const causeAlone = (): UserError =>
  new UserError('REQUIRED', {
    field: 'filter.batchId',
    message: 'Tasks can be listed by cause within a batch, or of a device.',
    hint: 'Give the batch as well, or `deviceId` for one device.',
  });
