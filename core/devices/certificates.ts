import { certificateFingerprints, certificateViolations } from '../../schema/model/certificate';
import type { Device } from '../../schema/model/fleet';
import type { Limits } from '../../schema/model/limits';
import type { Store } from '../../schema/mongo/connect';
import type { DeviceCertificates, NewDevice } from '../device-sets';
import { refuseIfAny } from '../refuse';
import { idsViolation, requireKnownDevices } from './delete';
import { existingDevices } from './devices-of';

/** R-FLOW-2: all or none. A device that is named twice has what was said last. */
export async function setCertificates(
  { connection, collections: { devices } }: Pick<Store, 'connection' | 'collections'>,
  limits: Pick<Limits, 'devicesPerCall'>,
  wanted: readonly DeviceCertificates[],
): Promise<Device[]> {
  const ids = [...new Set(wanted.map(({ deviceId }) => deviceId))];
  refuseIfAny([idsViolation(ids.length, limits.devicesPerCall, 'devices', 'Name')]);
  refuseIfAny(wanted.flatMap(({ fingerprints }, index) => certificateViolations(fingerprints, `devices[${index}].fingerprints`)));
  await requireKnownDevices(devices, ids, 'devices');
  const writes = wanted.map(({ deviceId, fingerprints }) => {
    const certificates = certificateFingerprints(fingerprints);
    const update = certificates.length > 0 ? { $set: { certificates } } : { $unset: { certificates: true as const } };
    return { updateOne: { filter: { _id: deviceId }, update } };
  });
  await connection.withSession((session) => session.withTransaction(() => devices.bulkWrite(writes, { session })));
  return existingDevices(devices, ids);
}

/** What whoever registers a device is told; null where it has a certificate, and was given no secret: then nobody knows the one it has. */
export const secretTold = (
  { secret, certificateFingerprints: named }: Pick<NewDevice, 'secret' | 'certificateFingerprints'> = {},
  device: { secret: string },
): string | null => (secret == null && named && named.length > 0 ? null : device.secret);
