import type { Device, Region } from '../../schema/model/device/device';
import { type DeviceId, productKeyOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { cityViolation, deviceTagKeyViolation, deviceTagValueViolation, provinceViolation } from '../../schema/model/names';
import type { Violation } from '../../schema/model/violation';
import type { Collections } from '../../schema/mongo/connect';
import { devicesUnknown } from '../devices-unknown';
import { groupsChangeOf, type Memberships, withGroups } from '../memberships/memberships';
import { membershipStages } from '../memberships/rule-expression';
import { refuseIfAny } from '../refuse';
import type { DeviceChanges, DeviceTag } from './contract';
import { type DialectChange, NO_DIALECT_CHANGE } from './dialect-change';

/** What people say about a device (R-DEV-5). `path` is where the fields are in the input, `''` or ending in a dot. */
export const attributeViolations = (
  { region, tags }: DeviceChanges,
  path: string,
  limits: Pick<Limits, 'deviceTags'>,
): (Violation | null)[] => [
  ...(region ? regionViolations(region, `${path}region`) : []),
  ...tagViolations(tags ?? [], `${path}tags`, limits),
];

export const regionViolations = ({ province, city }: Region, field: string): (Violation | null)[] => [
  provinceViolation(province, `${field}.province`),
  cityViolation(city, `${field}.city`),
];

function tagViolations(tags: readonly DeviceTag[], field: string, { deviceTags }: Pick<Limits, 'deviceTags'>): (Violation | null)[] {
  if (tags.length > deviceTags) {
    const message = `The device has ${tags.length} tags.`;
    return [{ code: 'TOO_MANY', field, message, hint: 'Keep those that devices are found by.', limit: `${deviceTags} tags` }];
  }
  const repeated = tags.findIndex(({ key }, index) => tags.findIndex((other) => other.key === key) < index);
  return [
    ...tags.flatMap(({ key, value }, index) => [
      deviceTagKeyViolation(key, `${field}[${index}].key`),
      deviceTagValueViolation(value, `${field}[${index}].value`),
    ]),
    repeated < 0
      ? null
      : { code: 'INVALID_FORMAT', field: `${field}[${repeated}].key`, message: 'Two tags have the same key.', hint: 'Give each key once.' },
  ];
}

export const regionOf = ({ province, city }: Region): Region => ({ province, city });

export const tagsOf = (tags: readonly DeviceTag[]): Record<string, string> =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value]));

export async function updateDevice(
  { devices }: Pick<Collections, 'devices'>,
  limits: Pick<Limits, 'deviceTags'>,
  id: DeviceId,
  changes: DeviceChanges,
  memberships: Memberships,
  now: Date,
  also: DialectChange = NO_DIALECT_CHANGE,
): Promise<Device> {
  refuseIfAny(attributeViolations(changes, '', limits));
  const { dialect, region, tags } = changes;
  const set = {
    ...(dialect && { dialect }),
    ...also.set,
    // Dynamic batches look at both.
    ...((dialect || region !== undefined) && { changedAt: now }),
    ...(region && { region: regionOf(region) }),
    ...(tags && tags.length > 0 && { tags: tagsOf(tags) }),
  };
  const unset = [...(region === null ? (['region'] as const) : []), ...(tags?.length === 0 ? (['tags'] as const) : []), ...also.unset];
  if (Object.keys(set).length + unset.length === 0) {
    const device = await devices.findOne({ _id: id });
    if (device === null) throw devicesUnknown('deviceId', [id], 1);
    return device;
  }
  const rules = await memberships.rulesFor(productKeyOf(id));
  const literal = Object.fromEntries(Object.entries(set).map(([name, value]) => [name, { $literal: value }]));
  const update = [
    // Both go first: a stage would add new tags to the old ones.
    { $unset: [...Object.keys(set), ...unset] },
    ...(Object.keys(set).length > 0 ? [{ $set: literal }] : []),
    ...membershipStages(rules, now),
  ];
  const before = await devices.findOneAndUpdate({ _id: id }, update, { returnDocument: 'before' });
  if (before === null) throw devicesUnknown('deviceId', [id], 1);
  const { 'generations.lwm2m': _, ...shown } = set;
  const after: Device = { ...before, ...shown };
  for (const name of unset) delete after[name];
  const change = groupsChangeOf(rules, before.groups, after);
  await memberships.changed([change]);
  return withGroups(after, change, now);
}
