import type { mongo } from 'mongoose';
import type { Device } from '../../../schema/model/device/device';
import { lwm2mDialectViolation, lwm2mViolations, pskKey } from '../../../schema/model/device/lwm2m-identity';
import type { Limits } from '../../../schema/model/limits';
import type { Violation } from '../../../schema/model/violation';
import type { Store } from '../../../schema/mongo/connect';
import type { StoredDevice, StoredLwm2mIdentity } from '../../../schema/mongo/devices';
import { openKeys, sealKeys } from '../../device-secrets/secrets';
import { isDuplicateKey } from '../../duplicate-key';
import { newGeneration } from '../../random-bytes';
import { refuseIfAny } from '../../refuse';
import { SealedByOther, type Sealing } from '../../sealing';
import { transaction } from '../../transaction';
import type { DeviceLwm2mIdentity, LostIdentity } from '../contract';
import { existingDevices } from '../devices-of';
import { idsViolation, requireKnownDevices } from '../require-device';
import type { SessionEnds } from '../session-ends';
import { ownersOf, takenViolations } from './taken';

export interface IdentityDeps extends Pick<Store, 'connection' | 'collections'> {
  sealing: Sealing;
  sessionEnds: Pick<SessionEnds, 'note' | 'tell'>;
}

const KNOWN = { deviceName: 1, dialect: 1, lwm2m: 1, generations: 1, gatewayId: 1, sessionId: 1 } as const;
type Known = Pick<StoredDevice, '_id' | keyof typeof KNOWN>;

interface Plan {
  device: Known;
  to: StoredLwm2mIdentity;
  isChanged: boolean;
  lost: LostIdentity | null;
}

/** R-FLOW-7: all or none. A device that is named twice has what was said last. The same call again changes nothing. */
export async function setLwm2mIdentities(
  { connection, collections: { devices }, sealing, sessionEnds }: IdentityDeps,
  limits: Pick<Limits, 'devicesPerCall' | 'pskBytesMinimum'>,
  wanted: readonly DeviceLwm2mIdentity[],
): Promise<{ devices: Device[]; lost: LostIdentity[] }> {
  const ids = [...new Set(wanted.map(({ deviceId }) => deviceId))];
  refuseIfAny([idsViolation(ids.length, limits.devicesPerCall, 'devices', 'Name')]);
  refuseIfAny(wanted.flatMap((each, index) => lwm2mViolations(each, `devices[${index}].`, limits)));
  await requireKnownDevices(devices, ids, 'devices');
  const last = new Map(wanted.map((each, index) => [each.deviceId, { ...each, path: `devices[${index}].` }]));

  async function change(session: mongo.ClientSession): Promise<LostIdentity[]> {
    const before = await devices.find({ _id: { $in: ids } }, { session, projection: KNOWN }).toArray();
    const planned = before.map((device) => plan(sealing, device, last.get(device._id) ?? { deviceId: device._id, path: '' }));
    refuseIfAny(planned.flatMap((each) => ('violations' in each ? each.violations : [])));
    const plans = planned.filter((each) => 'to' in each);
    const names = plans.map(({ device: { _id }, to: { endpoint, psks = [] } }) => ({
      ...{ deviceId: _id, endpoint, psks },
      path: last.get(_id)?.path ?? '',
    }));
    refuseIfAny(takenViolations(names, await ownersOf(devices, names, session), new Set(ids)));
    const changes = plans.filter(({ isChanged }) => isChanged);
    const lost = changes.flatMap((each) => each.lost ?? []);
    if (changes.length === 0) return lost;
    // All are taken away first: two devices may change names with each other.
    const changed = changes.map(({ device: { _id } }) => _id);
    await devices.updateMany({ _id: { $in: changed } }, { $unset: { lwm2m: true } }, { session });
    await devices.bulkWrite(
      changes.map(({ device: { _id }, to, lost: gone }) => ({
        updateOne: { filter: { _id }, update: { $set: { lwm2m: to, ...(gone && { 'generations.lwm2m': newGeneration() }) } } },
      })),
      { session },
    );
    await sessionEnds.note(
      changes.flatMap((each) => (each.lost ? [each.device] : [])),
      session,
    );
    return lost;
  }

  // Somebody else may have taken a name at this very moment: another look tells which.
  const lost = await transaction({ connection }, change).catch((error: unknown) => {
    if (isDuplicateKey(error)) return transaction({ connection }, change);
    throw error;
  });
  sessionEnds.tell();
  return { devices: await existingDevices(devices, ids), lost };
}

type Wanted = DeviceLwm2mIdentity & { path: string };

function plan(sealing: Sealing, device: Known, wanted: Wanted): Plan | { violations: Violation[] } {
  const { path } = wanted;
  const ofDialect = lwm2mDialectViolation({}, device, `${path}deviceId`);
  if (ofDialect) return { violations: [ofDialect] };
  const { endpoint: endpointBefore = device.deviceName, psks: had = [], sealedKeys } = device.lwm2m ?? {};
  const endpoint = wanted.endpoint ?? endpointBefore;
  if (wanted.psks == null) return planFor(device, { ...device.lwm2m, endpoint });

  const keys = keysOf(sealing, device, wanted.psks);
  const missing = wanted.psks.flatMap(({ identity, key }, index) =>
    key == null && !keys.has(identity) ? [keyMissing(`${path}psks[${index}].key`)] : [],
  );
  if (missing.length > 0) return { violations: missing };
  const settled = wanted.psks.map(({ identity, key }) => ({ identity, key: key == null ? (keys.get(identity) ?? '') : pskKey(key) }));
  const psks = settled.map(({ identity, key }) => {
    const kept = keys.get(identity) === key ? had.find((psk) => psk.identity === identity) : undefined;
    return kept ?? { identity, generation: newGeneration() };
  });
  if (psks.length === 0) return planFor(device, { endpoint });
  const isSame = psks.length === had.length && psks.every(({ generation }, index) => generation === had[index]?.generation);
  return planFor(device, { endpoint, psks, sealedKeys: isSame ? sealedKeys : sealKeys(sealing, device._id, settled) });
}

/**
 * The keys that the device has. Where the master key is lost that has sealed them none is known; then all have to be given anew, and may be.
 * Throws SealedByOther.
 */
function keysOf(sealing: Sealing, device: Known, wanted: NonNullable<Wanted['psks']>): Map<string, string> {
  try {
    return openKeys(sealing, device);
  } catch (error) {
    if (error instanceof SealedByOther && wanted.every(({ key }) => key != null)) return new Map();
    throw error;
  }
}

function planFor(device: Known, to: StoredLwm2mIdentity): Plan {
  const { _id: deviceId, deviceName, lwm2m } = device;
  const { endpoint = deviceName, psks: had = [], sealedKeys } = lwm2m ?? {};
  const { psks: has = [] } = to;
  const isChanged = lwm2m === undefined || to.endpoint !== endpoint || to.sealedKeys !== sealedKeys;
  if (to.endpoint !== endpoint) return { device, to, isChanged, lost: { deviceId, identities: 'ALL' } };
  const gone = had.filter(({ generation }) => !has.some((psk) => psk.generation === generation)).map(({ identity }) => identity);
  // Whoever has a key shows it from now on.
  const identities = had.length === 0 && has.length > 0 ? [null] : gone;
  return { device, to, isChanged, lost: identities.length > 0 ? { deviceId, identities } : null };
}

const keyMissing = (field: string): Violation => ({
  code: 'REQUIRED',
  field,
  message: 'The device has no key under this identity, and none is given.',
  hint: 'Give the key, or the identity of one that the device has.',
});
