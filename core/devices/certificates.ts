import { certificateFingerprints, certificateViolations } from '../../schema/model/device/certificate';
import type { Device } from '../../schema/model/device/device';
import type { Limits } from '../../schema/model/limits';
import { type Dialect, traitsOf, WITH_CERTIFICATES } from '../../schema/model/protocol/dialect';
import type { Violation } from '../../schema/model/violation';
import type { Store } from '../../schema/mongo/connect';
import { newGeneration } from '../random-bytes';
import { refuseIfAny } from '../refuse';
import { transaction } from '../transaction';
import type { DeviceCertificates, NewDevice } from './contract';
import { existingDevices } from './devices-of';
import { idsViolation, requireKnownDevices } from './require-device';
import { voidChildren } from './reset-secret';
import type { SessionEnds } from './session-ends';

const KNOWN = { deviceName: 1, dialect: 1, certificates: 1, children: 1, gatewayId: 1, sessionId: 1 } as const;

/** R-FLOW-2: all or none. A device that is named twice has what was said last. */
export async function setCertificates(
  { connection, collections: { devices }, sessionEnds }: Pick<Store, 'connection' | 'collections'> & { sessionEnds: SessionEnds },
  limits: Pick<Limits, 'devicesPerCall'>,
  wanted: readonly DeviceCertificates[],
): Promise<Device[]> {
  const ids = [...new Set(wanted.map(({ deviceId }) => deviceId))];
  refuseIfAny([idsViolation(ids.length, limits.devicesPerCall, 'devices', 'Name')]);
  refuseIfAny(wanted.flatMap(({ fingerprints }, index) => certificateViolations(fingerprints, `devices[${index}].fingerprints`)));
  await requireKnownDevices(devices, ids, 'devices');
  const last = new Map(wanted.map(({ deviceId, fingerprints }) => [deviceId, certificateFingerprints(fingerprints)]));
  await transaction({ connection }, async (session) => {
    const before = await devices.find({ _id: { $in: ids } }, { session, projection: KNOWN }).toArray();
    refuseIfAny(certificateDialectViolations(before, wanted));
    const lost = before.filter(({ _id, certificates = [] }) => certificates.some((each) => !last.get(_id)?.includes(each)));
    const losing = new Set(lost.map(({ _id }) => _id));
    await devices.bulkWrite(
      [...last].map(([_id, certificates]) => {
        // What was given out while one that is taken away was good ends with it. One that comes ends nothing.
        const set = {
          ...(certificates.length > 0 && { certificates }),
          ...(losing.has(_id) && { 'generations.certificates': newGeneration() }),
        };
        const unset = certificates.length > 0 ? {} : { $unset: { certificates: true as const } };
        return { updateOne: { filter: { _id }, update: { ...(Object.keys(set).length > 0 && { $set: set }), ...unset } } };
      }),
      { session },
    );
    const parents = lost.filter(({ children }) => children).map(({ _id }) => _id);
    if (parents.length > 0) await voidChildren(devices, parents, session);
    await sessionEnds.note(lost, session);
  });
  sessionEnds.tell();
  return existingDevices(devices, ids);
}

function certificateDialectViolations(
  known: readonly Pick<Device, '_id' | 'deviceName' | 'dialect'>[],
  wanted: readonly DeviceCertificates[],
): Violation[] {
  const without = new Map(known.filter((device) => !traitsOf(device).certificates).map((device) => [device._id, device]));
  return wanted.flatMap(({ deviceId, fingerprints }, index) => {
    const device = without.get(deviceId);
    if (fingerprints.length === 0 || device === undefined) return [];
    const { name, identity } = traitsOf(device);
    const shows = identity === 'secret' ? 'signs in with its secret' : 'shows a pre-shared key';
    const message = `${device.deviceName} is of the dialect ${name}: it ${shows}, never a certificate.`;
    const hint = `Leave it out, or change its dialect to ${WITH_CERTIFICATES.join(' or ')} first. resetDeviceSecret gives it a secret.`;
    return [{ code: 'CERTIFICATE_DIALECT', field: `devices[${index}].fingerprints`, message, hint }];
  });
}

/**
 * What whoever registers a device is told; null for one that signs in with its certificate, or shows a pre-shared key, and was given no secret:
 * then nobody knows the one it has.
 */
export function secretTold(
  { secret, certificateFingerprints: named }: Pick<NewDevice, 'secret' | 'certificateFingerprints'> = {},
  device: { secret: string; dialect: Dialect },
): string | null {
  const { certificates, identity } = traitsOf(device);
  const hasOtherWayIn = identity === 'endpoint' || (certificates && named != null && named.length > 0);
  return secret == null && hasOtherWayIn ? null : device.secret;
}
