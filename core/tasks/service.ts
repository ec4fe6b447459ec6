import type { mongo } from 'mongoose';
import type { Proof } from '../../schema/model/device/generations';
import { moduleKey } from '../../schema/model/device/module-version';
import { isPlatformLed } from '../../schema/model/protocol/dialect';
import { awaitsDevice } from '../../schema/model/task/device-exchange';
import { isSettling } from '../../schema/model/task/settling';
import { ACTIVE_STATUSES, type Task } from '../../schema/model/task/task';
import type { Collections } from '../../schema/mongo/connect';
import { requireDevices } from '../access/require-role';
import type { Matching } from '../batches/dynamic/match';
import type { DeviceAnswer, DeviceReport, TaskFilter, TaskService } from '../core';
import type { IgnoredReports } from '../devices/ignored-reports';
import { reportVersion } from '../devices/report-version';
import { requireDevice } from '../devices/require-device';
import { NO_MEMBERSHIPS } from '../memberships/memberships';
import { refuseUnnamed } from '../named';
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
import { onSettled } from './presence';
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
  ignoredReports?: Pick<IgnoredReports, 'add'>,
): TaskService {
  const { tasks } = collections;

  async function version(
    deviceId: string,
    report: Extract<DeviceReport, { kind: 'version' }>,
    proof?: Proof,
  ): Promise<Notification | null> {
    const { module: spelling, version } = report;
    const module = moduleKey(spelling);
    const stored = await reportVersion(collections, deviceId, spelling, version, deps.clock(), memberships, proof);
    if (stored === null) {
      ignoredReports?.add(deviceId, { reason: 'TOO_MANY_MODULES', text: spelling }, proof);
      return null;
    }
    if (stored.previous !== version) versionChanged();
    const found = await deps.tasks.activeOf(deviceId, module);
    const task = found && (await deps.tasks.spell(found, spelling));
    const { previous } = stored;
    const isNews = previous !== null && previous !== version && version !== task?.targetVersion;
    if (isNews) await onRegression(deps, deviceId, module, previous, version);
    const platformLed = task !== null && isPlatformLed(task);
    if (task && !platformLed) await onVersion(deps, task, version, stored.previous);
    if (task && isSettling(task, deps.clock())) await onSettled(deps, task);
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
      const { batchId, deviceNamePrefix, module } = filter;
      refuseUnnamed({ module }, 'filter.');
      const named = deviceNamePrefix ? await byDeviceName(collections.batches, batchId, deviceNamePrefix) : {};
      return pageOf(tasks, { ...filterOf(filter), ...named }, sortOf(filter), page, deps.settings.limits);
    },
    export: (viewer, batchId) => exportTasks(collections, viewer, batchId),
    async report(deviceId, report, ignored, proof) {
      if (report.kind === 'version') return version(deviceId, report, proof);
      if (report.kind === 'result') return result(deviceId, report, ignored, proof);
      const found = await deps.tasks.activeOf(deviceId, moduleKey(report.module), proof);
      if (found === null || !awaitsDevice(found)) {
        ignored?.();
        return null;
      }
      const task = await deps.tasks.spell(found, report.module);
      if (report.kind === 'progress') await onProgress(deps, task, report.percent);
      else await onFailure(deps, task, report);
      return null;
    },
    ignored: (deviceId, report, proof) => ignoredReports?.add(deviceId, report, proof),
    requested: (deviceId, module, proof) => onRequest(deps, deviceId, module, proof),
    async unfinished(viewer, deviceId, module, page) {
      requireDevices(viewer, [deviceId], 'VIEWER');
      refuseUnnamed({ module });
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
    ...(module && { module: moduleKey(module) }),
    ...(status && status.length > 0 && { status: { $in: status } }),
  };
}

/** Each list is read along an index: a device's tasks newest first, others by id. */
function sortOf({ batchId, deviceId }: TaskFilter): Record<string, 1 | -1> {
  return deviceId && !batchId ? { createdAt: -1, _id: 1 } : { _id: 1 };
}
