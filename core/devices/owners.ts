import type { Device } from '../../schema/model/device/device';
import type { Limits } from '../../schema/model/limits';
import { ownerViolation } from '../../schema/model/names';
import type { Store } from '../../schema/mongo/connect';
import { refuseIfAny } from '../refuse';
import { transaction } from '../transaction';
import type { DeviceOwner } from './contract';
import { existingDevices } from './devices-of';
import { idsViolation, requireKnownDevices } from './require-device';

/**
 * R-DEV-7: all or none. A device that is named twice has what was said last. A pairing code that nobody has redeemed is void: it was to give
 * the device away from the owner before, not from this one.
 */
export async function setOwners(
  { connection, collections: { devices, pairingCodes } }: Pick<Store, 'connection' | 'collections'>,
  limits: Pick<Limits, 'devicesPerCall'>,
  wanted: readonly DeviceOwner[],
): Promise<Device[]> {
  const last = new Map(wanted.map(({ deviceId, owner }) => [deviceId, owner]));
  const ids = [...last.keys()];
  refuseIfAny([idsViolation(ids.length, limits.devicesPerCall, 'devices', 'Name')]);
  refuseIfAny(wanted.map(({ owner }, index) => (owner === null ? null : ownerViolation(owner, `devices[${index}].owner`))));
  await requireKnownDevices(devices, ids, 'devices');
  const changes = [...last].map(([_id, owner]) => ({
    updateOne: { filter: { _id }, update: owner === null ? { $unset: { owner: true as const } } : { $set: { owner } } },
  }));
  await transaction({ connection }, async (session) => {
    await devices.bulkWrite(changes, { session, ordered: false });
    await pairingCodes.deleteMany({ _id: { $in: ids }, redeemedBy: { $exists: false } }, { session });
  });
  return existingDevices(devices, ids);
}
