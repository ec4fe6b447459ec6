import type { mongo } from 'mongoose';
import { moduleKey } from '../../schema/model/device/module-version';
import { ACTIVE_STATUSES, type Task } from '../../schema/model/task/task';
import { limitsMsOf } from '../../schema/model/task/waits';
import { waitsUntil } from '../../schema/model/task/waits-until';
import type { Collections } from '../../schema/mongo/connect';
import { requireDevices } from '../access/require-role';
import { requireDevice } from '../devices/require-device';
import { inOrderOf } from '../paging/in-order-of';
import { pageOf } from '../paging/page-of';
import { refuseMalformed } from '../well-formed';
import type { CancelSomeDeps } from './cancel';
import { cancelOfDevices } from './cancel-of-devices';
import { confirmTasks, rejectTasks } from './confirm';
import type { TaskFilter, TaskService } from './contract';
import type { TaskDeps } from './deps';
import { byDeviceName, exportTasks } from './of-batch';

export function createTaskService(deps: TaskDeps & CancelSomeDeps, collections: Collections): TaskService {
  const { tasks } = collections;
  return {
    get: (id) => deps.tasks.get(id),
    getMany: async (ids) => inOrderOf(ids, await deps.tasks.getMany(ids)),
    waitsUntil: (task, fileBytes) =>
      waitsUntil(task, limitsMsOf(deps.settings.waits, task, deps.settings.minuteMs), fileBytes, deps.clock()),
    async list(filter, page) {
      const { batchId, deviceNamePrefix, module } = filter;
      refuseMalformed({ module }, 'filter.');
      const named = deviceNamePrefix ? await byDeviceName(collections.batches, batchId, deviceNamePrefix) : {};
      return pageOf(tasks, { ...filterOf(filter), ...named }, sortOf(filter), page, deps.settings.limits);
    },
    export: (viewer, batchId) => exportTasks(collections, viewer, batchId),
    async unfinished(viewer, deviceId, module, page) {
      requireDevices(viewer, [deviceId], 'VIEWER');
      refuseMalformed({ module });
      await requireDevice(collections.devices, deviceId);
      return pageOf(tasks, filterOf({ deviceId, module, status: [...ACTIVE_STATUSES] }), sortOf({ deviceId }), page, deps.settings.limits);
    },
    confirm: (viewer, taskIds) => confirmTasks(deps, viewer, taskIds),
    reject: (viewer, taskIds) => rejectTasks(deps, viewer, taskIds),
    cancel: (viewer, request) => cancelOfDevices(deps, collections, viewer, request),
  };
}

function filterOf({ batchId, deviceId, module, status }: TaskFilter): mongo.Filter<Task> {
  return {
    ...(batchId && { batchId }),
    ...(deviceId && { deviceId }),
    ...(module && { module: moduleKey(module) }),
    ...(status && status.length > 0 && { status: { $in: status } }),
  };
}

/** Each list is read along an index: a device's tasks newest first, others by id. */
function sortOf({ batchId, deviceId }: TaskFilter): Record<string, 1 | -1> {
  return deviceId && !batchId ? { createdAt: -1, _id: 1 } : { _id: 1 };
}
