import type { Device, NewBatch } from './state';

/** R-BAT-2, R-BAT-5: the devices a batch is for. A percentage is of these. */
export function matching(devices: readonly Device[], { scope, firmware, sourceVersions }: NewBatch): Device[] {
  const ofPackage = firmware.sources.length > 0 && sourceVersions.length === 0;
  // R-TASK-3: where only the package says from which versions, a device that has the target has succeeded.
  const versions = ofPackage ? [...firmware.sources, firmware.version] : sourceVersions;
  return devices.filter(
    ({ exists, name, version }) =>
      exists &&
      (typeof scope !== 'object' || !('names' in scope) || scope.names.includes(name)) &&
      (versions.length === 0 || (version !== null && versions.includes(version))),
  );
}

/** R-BAT-4: floor, and at least one. */
export const shareOf = (count: number, percent: number): number => Math.max(1, Math.floor((count * percent) / 100));
