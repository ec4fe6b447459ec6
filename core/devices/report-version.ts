import type { Device } from '../../schema/model/device/device';
import { moduleField, versionOf } from '../../schema/model/device/device-modules';
import { type Proof, provenBy } from '../../schema/model/device/generations';
import type { RuledDevice } from '../../schema/model/device/group-rule';
import { moduleKey } from '../../schema/model/device/module-version';
import { type DeviceId, productKeyOf } from '../../schema/model/ids';
import { FIXED_LIMITS } from '../../schema/model/limits';
import type { Collections } from '../../schema/mongo/connect';
import { moduleVersionKey } from '../../schema/mongo/devices';
import { type GroupsChange, groupsChangeOf, type Memberships, NO_MEMBERSHIPS, withGroups } from '../memberships/memberships';
import { membershipStages } from '../memberships/rule-expression';

/** What dynamic batches look at. */
export const MATCHED_FIELDS = {
  ...{ productKey: 1, deviceName: 1, enabled: 1, dialect: 1 },
  ...{ modules: 1, groups: 1, memberSince: 1, region: 1 },
} as const;
export type MatchedDevice = Pick<Device, '_id' | keyof typeof MATCHED_FIELDS>;

/**
 * R-DEV-1: keeps a module's version and when it came, in one round trip. The module as the device writes it, and its version, are
 * well-formed (schema/model/device/module-version). Null when the device is unknown, the proof of whoever reports does not hold for it, or it has as many
 * other modules as it may; else the version the module had before, the device after, and which
 * dynamic groups that brought the device into or out of (R-DEV-4). Reports of modules that no group's rule looks at cost nothing for it.
 */
export async function reportVersion(
  { devices }: Pick<Collections, 'devices'>,
  deviceId: DeviceId,
  spelling: string,
  version: string,
  now: Date,
  memberships: Memberships = NO_MEMBERSHIPS,
  proof?: Proof,
): Promise<{ previous: string | null; device: MatchedDevice; groups?: GroupsChange } | null> {
  const module = moduleKey(spelling);
  const field = moduleField(module);
  const rules = await memberships.rulesFor(productKeyOf(deviceId), module);
  const path = `modules.${field}`;
  const reported = { $literal: moduleVersionKey(module, version) };
  const place = { $indexOfBytes: [{ $toLower: '$$this' }, moduleVersionKey(module, '')] };
  const before = await devices.findOneAndUpdate(
    {
      _id: deviceId,
      ...provenBy(proof),
      $or: [{ [path]: { $exists: true } }, { [`moduleVersions.${FIXED_LIMITS.modulesPerDevice - 1}`]: { $exists: false } }],
    },
    [
      {
        $set: {
          [path]: { version: { $literal: version }, reportedAt: now, name: spelling === module ? '$$REMOVE' : { $literal: spelling } },
          // A process of an older version may have kept it by its spelling.
          ...(spelling !== module && !spelling.includes('.') && { [`modules.${spelling}`]: '$$REMOVE' }),
          changedAt: now,
          moduleVersions: {
            $concatArrays: [{ $filter: { input: '$moduleVersions', cond: { $ne: [place, 0] } } }, [reported]],
          },
          uncounted: {
            $cond: [{ $eq: [{ $filter: { input: '$moduleVersions', cond: { $eq: [place, 0] } } }, [reported]] }, '$uncounted', true],
          },
        },
      },
      ...membershipStages(rules, now),
    ],
    { projection: { ...MATCHED_FIELDS, ...(rules.length > 0 && { tags: 1 }) }, returnDocument: 'before' },
  );
  if (before === null) return null;
  const device: RuledDevice & MatchedDevice = before;
  const after = {
    ...device,
    modules: { ...device.modules, [field]: { version, reportedAt: now, ...(spelling !== module && { name: spelling }) } },
  };
  const previous = versionOf(device.modules, module) ?? null;
  if (rules.length === 0) return { previous, device: after };
  const groups = groupsChangeOf(rules, device.groups, after);
  return { previous, device: withGroups(after, groups, now), groups };
}
