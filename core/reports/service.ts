import { moduleKey } from '../../schema/model/device/module-version';
import { awaitsDevice } from '../../schema/model/task/device-exchange';
import type { DeviceReports } from './contract';
import { onFailure, onProgress } from './report';
import { onRequest } from './request';
import { onResult } from './result';
import { onReportedVersion, type VersionDeps } from './version';

export function createDeviceReports(deps: VersionDeps): DeviceReports {
  return {
    async report(deviceId, report, ignored, proof) {
      if (report.kind === 'version') return onReportedVersion(deps, deviceId, report, proof);
      if (report.kind === 'result') {
        const outcome = await onResult(deps, deviceId, report, proof);
        if (outcome.kind === 'version') return onReportedVersion(deps, deviceId, outcome, proof);
        if (outcome.kind === 'answer') return outcome.answer;
        ignored?.();
        return null;
      }
      const found = await deps.tasks.activeOf(deviceId, moduleKey(report.module), proof);
      if (found === null || !awaitsDevice(found)) {
        ignored?.();
        return null;
      }
      const task = await deps.tasks.spell(found, report.module);
      if (report.kind === 'progress') await onProgress(deps, task, report);
      else await onFailure(deps, task, report);
      return null;
    },
    ignored: (deviceId, report, proof) => deps.ignoredReports.add(deviceId, report, proof),
    requested: (deviceId, module, proof) => onRequest(deps, deviceId, module, proof),
  };
}
