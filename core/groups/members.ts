import type { Group } from '../../schema/model/device/group';
import type { DeviceId } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { Collections } from '../../schema/mongo/connect';
import { requireKnownDevices } from '../devices/require-device';
import { UserError } from '../errors';
import { groupUnknown } from './tree';

type Stored = Pick<Collections, 'devices' | 'groups'>;

/** How many were not in the group before. */
export async function addDevices(
  { devices, groups }: Stored,
  { groupsPerDevice }: Pick<Limits, 'groupsPerDevice'>,
  { _id }: Group,
  ids: readonly DeviceId[],
  now: Date,
): Promise<number> {
  await requireKnownDevices(devices, ids);
  const full = { _id: { $in: [...ids] }, groups: { $ne: _id }, [`groups.${groupsPerDevice - 1}`]: { $exists: true } };
  const crowded = await devices.findOne(full, { projection: { _id: 1 } });
  if (crowded !== null) throw inTooMany(crowded._id, groupsPerDevice);
  const { modifiedCount } = await devices.updateMany(
    { _id: { $in: [...ids] }, groups: { $ne: _id } },
    { $push: { groups: _id }, $set: { [`memberSince.${_id}`]: now, changedAt: now } },
  );
  if (await groups.findOne({ _id }, { projection: { _id: 1 } })) return modifiedCount;
  // It was deleted meanwhile, perhaps after its deletion looked for members.
  await removeDevices({ devices }, _id, now, ids);
  throw groupUnknown('groupId');
}

/** How many were in the group; of all devices without `ids`. */
export async function removeDevices(
  { devices }: Pick<Stored, 'devices'>,
  groupId: string,
  now: Date,
  ids?: readonly DeviceId[],
): Promise<number> {
  const filter = { ...(ids && { _id: { $in: [...ids] } }), groups: groupId };
  return (
    await devices.updateMany(filter, { $pull: { groups: groupId }, $unset: { [`memberSince.${groupId}`]: true }, $set: { changedAt: now } })
  ).modifiedCount;
}

const inTooMany = (id: DeviceId, most: number): UserError =>
  new UserError('TOO_MANY', {
    field: 'deviceIds',
    message: `The device ${id} is in ${most} groups already.`,
    hint: 'Take it out of others first. Nothing was changed.',
    limit: `${most} groups`,
  });
