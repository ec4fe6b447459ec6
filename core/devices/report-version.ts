import type { Device } from '../../schema/model/fleet';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { moduleVersionKey } from '../../schema/mongo/devices';

/** A device that invents module names must not grow its document for ever. */
export const MODULES_PER_DEVICE = 32;

/**
 * R-DEV-1: keeps a module's version and when it came, in one round trip. `module` and `version` are well-formed (schema/model/names).
 * Null when the device is unknown, or has 32 other modules already; else the version the module had before.
 */
export async function reportVersion(
  { devices }: Pick<Collections, 'devices'>,
  deviceId: DeviceId,
  module: string,
  version: string,
  now: Date,
): Promise<{ previous: string | null } | null> {
  const path = `modules.${module}`;
  const own = moduleVersionKey(module, '');
  const before = await devices.findOneAndUpdate(
    { _id: deviceId, $or: [{ [path]: { $exists: true } }, { [`moduleVersions.${MODULES_PER_DEVICE - 1}`]: { $exists: false } }] },
    [
      {
        $set: {
          [path]: { version: { $literal: version }, reportedAt: now },
          moduleVersions: {
            $concatArrays: [
              { $filter: { input: '$moduleVersions', cond: { $ne: [{ $indexOfBytes: ['$$this', own] }, 0] } } },
              [{ $literal: moduleVersionKey(module, version) }],
            ],
          },
          uncounted: { $cond: [{ $in: [{ $literal: moduleVersionKey(module, version) }, '$moduleVersions'] }, '$uncounted', true] },
        },
      },
    ],
    { projection: { modules: 1 }, returnDocument: 'before' },
  );
  return before && { previous: (before as Pick<Device, 'modules'>).modules[module]?.version ?? null };
}
