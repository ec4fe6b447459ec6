import type { mongo } from 'mongoose';
import { awaitsDevice } from '../../schema/model/device-exchange';
import { isPlatformLed } from '../../schema/model/dialect';
import type { Proof } from '../../schema/model/generations';
import { ACTIVE_STATUSES, type Task } from '../../schema/model/task';
import type { Collections } from '../../schema/mongo/connect';
import { requireDevices } from '../access/require-role';
import type { Matching } from '../batches/dynamic/match';
import type { DeviceAnswer, DeviceReport, TaskFilter, TaskService } from '../core';
import { reportVersion } from '../devices/report-version';
import { requireDevice } from '../devices/require-device';
import { NO_MEMBERSHIPS } from '../groups/memberships';
import { inOrderOf } from '../paging/in-order-of';
import { pageOf } from '../paging/page-of';
import type { Notification } from '../ports';
import type { CancelSomeDeps } from './cancel';
import { cancelOfDevices } from './cancel-of-devices';
import { confirmTasks, rejectTasks } from './confirm';
import { onRegression } from './confirm-target';
import { onVersionAnswer } from './negotiate';
import { byDeviceName, exportTasks } from './of-batch';
import type { OfferDeps } from './offers';
import { reinitiateTasks } from './reinitiate';
import { onFailure, onProgress, onVersion } from './report';
import { onRequest } from './request';
import { onResult } from './result';

export function createTaskService(
  deps: OfferDeps & CancelSomeDeps,
  collections: Collections,
  versionChanged: () => void = () => {},
  memberships = NO_MEMBERSHIPS,
  matching?: Pick<Matching, 'reported'>,
): TaskService {
  const { tasks } = collections;

  async function version(
    deviceId: string,
    { module, version }: Extract<DeviceReport, { kind: 'version' }>,
    proof?: Proof,
  ): Promise<Notification | null> {
    const stored = await reportVersion(collections, deviceId, module, version, deps.clock(), memberships, proof);
    if (stored === null) return null;
    if (stored.previous !== version) versionChanged();
    const task = await deps.tasks.activeOf(deviceId, module);
    const { previous } = stored;
    const isNews = previous !== null && previous !== version && version !== task?.targetVersion;
    if (isNews) await onRegression(deps, deviceId, module, previous, version);
    const platformLed = task !== null && isPlatformLed(task);
    if (task && !platformLed) await onVersion(deps, task, version, stored.previous);
    if (stored.groups) await memberships.changed([stored.groups]);
    await matching?.reported(stored.device, module, task?.batchId ?? null);
    // Last: what the device is to be told is marked as pushed, and must not get lost by what comes after.
    return platformLed ? onVersionAnswer(deps, task, version) : null;
  }

  async function result(
    deviceId: string,
    report: Extract<DeviceReport, { kind: 'result' }>,
    ignored?: () => void,
    proof?: Proof,
  ): Promise<DeviceAnswer | null> {
    const outcome = await onResult(deps, deviceId, report, proof);
    if (outcome.kind === 'version') return version(deviceId, outcome, proof);
    if (outcome.kind === 'answer') return outcome.answer;
    ignored?.();
    return null;
  }

  return {
    get: (id) => deps.tasks.get(id),
    getMany: async (ids) => inOrderOf(ids, await deps.tasks.getMany(ids)),
    async list(filter, page) {
      const { batchId, deviceNamePrefix } = filter;
      const named = deviceNamePrefix ? await byDeviceName(collections.batches, batchId, deviceNamePrefix) : {};
      return pageOf(tasks, { ...filterOf(filter), ...named }, sortOf(filter), page, deps.settings.limits);
    },
    export: (viewer, batchId) => exportTasks(collections, viewer, batchId),
    async report(deviceId, report, ignored, proof) {
      if (report.kind === 'version') return version(deviceId, report, proof);
      if (report.kind === 'result') return result(deviceId, report, ignored, proof);
      const task = await deps.tasks.activeOf(deviceId, report.module, proof);
      if (task === null || !awaitsDevice(task)) {
        ignored?.();
        return null;
      }
      if (report.kind === 'progress') await onProgress(deps, task, report.percent);
      else await onFailure(deps, task, report);
      return null;
    },
    requested: (deviceId, module, proof) => onRequest(deps, deviceId, module, proof),
    async unfinished(viewer, deviceId, module, page) {
      requireDevices(viewer, [deviceId], 'VIEWER');
      await requireDevice(collections.devices, deviceId);
      return pageOf(tasks, filterOf({ deviceId, module, status: [...ACTIVE_STATUSES] }), sortOf({ deviceId }), page, deps.settings.limits);
    },
    confirm: (viewer, taskIds) => confirmTasks(deps, viewer, taskIds),
    reject: (viewer, taskIds) => rejectTasks(deps, viewer, taskIds),
    reinitiate: (viewer, request) => reinitiateTasks(deps, collections, viewer, request),
    cancel: (viewer, request) => cancelOfDevices(deps, collections, viewer, request),
  };
}

function filterOf({ batchId, deviceId, module, status }: TaskFilter): mongo.Filter<Task> {
  return {
    ...(batchId && { batchId }),
    ...(deviceId && { deviceId }),
    ...(module && { module }),
    ...(status && status.length > 0 && { status: { $in: status } }),
  };
}

/** Each list is read along an index: a device's tasks newest first, others by id. */
function sortOf({ batchId, deviceId }: TaskFilter): Record<string, 1 | -1> {
  return deviceId && !batchId ? { createdAt: -1, _id: 1 } : { _id: 1 };
}
