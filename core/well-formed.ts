import { moduleViolation, reportedVersionViolation } from '../schema/model/device/module-version';
import { refuseIfAny } from './refuse';

/** R-PKG-3: refuses what can name no module or no version; whatever a device may report can be asked for. `path` leads to the fields. */
export function refuseMalformed({ module, version }: { module?: string | null; version?: string | null }, path = ''): void {
  refuseIfAny([
    module ? moduleViolation(module, `${path}module`) : null,
    version ? reportedVersionViolation(version, `${path}version`) : null,
  ]);
}
