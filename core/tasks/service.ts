import { limitsMsOf } from '../../schema/model/task/waits';
import { waitsUntil } from '../../schema/model/task/waits-until';
import type { Collections } from '../../schema/mongo/connect';
import { ownDevices, requireNamedDevice } from '../access/apps/own-devices';
import { requireDevices } from '../access/require-role';
import { requireDevice } from '../devices/require-device';
import { inOrderOf } from '../paging/in-order-of';
import { pageOf } from '../paging/page-of';
import { refuseMalformed } from '../well-formed';
import type { CancelSomeDeps } from './cancel';
import { cancelOfDevices } from './cancel-of-devices';
import { confirmTasks, rejectTasks } from './confirm';
import type { TaskService } from './contract';
import { boundsOf, deferTasks } from './defer';
import type { TaskDeps } from './deps';
import { listOf, unfinishedOf } from './lists';
import { exportTasks } from './of-batch';

export function createTaskService(deps: TaskDeps & CancelSomeDeps, collections: Collections): TaskService {
  const { tasks } = collections;
  return {
    get: (id) => deps.tasks.get(id),
    getMany: async (ids) => inOrderOf(ids, await deps.tasks.getMany(ids)),
    waitsUntil: (task, fileBytes) =>
      waitsUntil(task, limitsMsOf(deps.settings.waits, task, deps.settings.minuteMs), fileBytes, deps.clock()),
    async list(filter, page) {
      refuseMalformed({ module: filter.module }, 'filter.');
      const { where, sort } = await listOf(collections.batches, filter);
      return pageOf(tasks, where, sort, page, deps.settings.limits);
    },
    export: (viewer, batchId) => exportTasks(collections, viewer, batchId),
    async unfinished(viewer, deviceId, module, page) {
      requireNamedDevice(viewer, deviceId);
      if (deviceId != null) requireDevices(viewer, [deviceId], 'VIEWER');
      refuseMalformed({ module });
      if (deviceId != null) await requireDevice(collections.devices, deviceId);
      const { where, sort, isUnique } = unfinishedOf(deviceId, ownDevices(viewer) ?? [], module);
      return pageOf(tasks, where, sort, page, deps.settings.limits, isUnique);
    },
    confirm: (viewer, taskIds) => confirmTasks(deps, viewer, taskIds),
    reject: (viewer, taskIds) => rejectTasks(deps, viewer, taskIds),
    defer: (viewer, taskIds, until) => deferTasks(deps, collections, viewer, taskIds, until),
    deferralBounds: (batch) => boundsOf(batch, deps.settings, deps.clock()),
    cancel: (viewer, request) => cancelOfDevices(deps, collections, viewer, request),
  };
}
