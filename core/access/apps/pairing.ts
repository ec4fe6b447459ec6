import type { PairingCode } from '../../../schema/model/access';
import { registrationOf } from '../../../schema/model/device/generations';
import type { DeviceId } from '../../../schema/model/ids';
import type { Store } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { devicesUnknown } from '../../devices-unknown';
import { UserError } from '../../errors';
import type { KeyedDigests } from '../../keyed-digests';
import { transaction } from '../../transaction';
import { requireOwner } from '../permissions/require-operation';
import { requireRole } from '../require-role';
import { mayStill } from '../still-good';
import type { Viewer } from '../viewer';
import { newPairingCode, pairingLetters, shownPairingCode } from './pairing-code';
import { createPairingTries } from './pairing-tries';

export const PAIRING_MINUTES = 10;

export interface MadePairingCode {
  code: string;
  expiresAt: Date;
  /** Whose the device is until it is redeemed. */
  owner: string | null;
}

export interface Paired {
  deviceId: DeviceId;
  /** Whose it was before. */
  previousOwner: string | null;
}

export interface PairingService {
  /**
   * R-DEV-7: what whoever redeems it becomes the owner of the device by, once, within 10 minutes; the code before it is void. Throws
   * NOT_ALLOWED, DEVICE_UNKNOWN, DEVICE_DISABLED.
   */
  createPairingCode(viewer: Viewer, deviceId: DeviceId): Promise<MadePairingCode>;
  /**
   * For the app of an owner. Again by the same owner it answers the same, until 10 minutes after the first time. Throws NOT_ALLOWED, REQUIRED,
   * INVALID_FORMAT, PAIRING_CODE_REFUSED, PAIRING_TRIES.
   */
  redeemPairingCode(viewer: Viewer, code: string): Promise<Paired>;
}

export interface PairingDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  digests: KeyedDigests;
  clock: Clock;
  /** An owner has got a device. */
  onPaired(owner: string): void;
}

export function createPairing({ store, digests, clock, onPaired }: PairingDeps): PairingService {
  const { devices, pairingCodes, pairingTries } = store.collections;
  const tries = createPairingTries(pairingTries, clock);
  const fromNow = (): Date => new Date(clock().getTime() + PAIRING_MINUTES * 60_000);
  const projection = { productKey: 1, owner: 1, enabled: 1, generations: 1 } as const;

  /** Null for a code that gives nothing. What it would take to know why is more than whoever tries codes may know. */
  async function redeem({ actorId, owner, products }: Viewer & { owner: string }, letters: string): Promise<Paired | null> {
    const known: PairingCode | null = await pairingCodes.findOne({ digest: { $in: digests.all(letters) }, expiresAt: { $gt: clock() } });
    if (!known) return null;
    const { _id: deviceId, registration, digest, madeBy } = known;
    return transaction(store, async (session) => {
      const device = await devices.findOne({ _id: deviceId }, { session, projection });
      if (!device || registrationOf(device) !== registration) return null;
      if (products !== null && !products.includes(device.productKey)) return null;
      const paired = { deviceId, previousOwner: device.owner ?? null };
      const code = { _id: deviceId, digest };
      if (device.owner === owner && (await pairingCodes.findOne({ ...code, redeemedBy: actorId }, { session }))) return paired;
      if (!device.enabled) return null;
      if (madeBy !== undefined && !(await mayStill(store.collections, madeBy, device.productKey, clock(), session))) return null;
      const { modifiedCount } = await pairingCodes.updateOne(
        { ...code, redeemedBy: { $exists: false } },
        { $set: { redeemedBy: actorId, expiresAt: fromNow() } },
        { session },
      );
      if (modifiedCount === 0) return null;
      await devices.updateOne({ _id: deviceId }, { $set: { owner } }, { session });
      return paired;
    });
  }

  return {
    async createPairingCode(viewer, deviceId) {
      requireRole(viewer, 'OPERATOR');
      const device = await devices.findOne({ _id: deviceId }, { projection });
      if (!device || (viewer.products !== null && !viewer.products.includes(device.productKey)))
        throw devicesUnknown('deviceId', [deviceId], 1);
      if (!device.enabled) throw disabled();
      const letters = newPairingCode();
      const expiresAt = fromNow();
      await pairingCodes.updateOne(
        { _id: deviceId },
        {
          $set: { digest: digests.of(letters), registration: registrationOf(device), expiresAt, madeBy: viewer.actorId },
          $unset: { redeemedBy: true },
        },
        { upsert: true },
      );
      return { code: shownPairingCode(letters), expiresAt, owner: device.owner ?? null };
    },
    async redeemPairingCode(viewer, code) {
      const owner = requireOwner(viewer);
      const letters = pairingLetters(code);
      const tried = await tries.begin(viewer.actorId);
      const paired = await redeem({ ...viewer, owner }, letters);
      if (!paired) throw refused();
      await tried.wasRight();
      onPaired(owner);
      return paired;
    },
  };
}

const refused = (): UserError =>
  new UserError('PAIRING_CODE_REFUSED', {
    field: 'code',
    message: 'The pairing code is good for no device: it is wrong, has expired, was used, or is void since.',
    hint: `Look at the letters again, or ask for a new code: one is good for ${PAIRING_MINUTES} minutes, once.`,
  });

const disabled = (): UserError =>
  new UserError('DEVICE_DISABLED', {
    field: 'deviceId',
    message: 'The device is disabled, so nobody can become its owner by a code.',
    hint: 'Enable it first (`setDevicesEnabled`), or set its owner with `setDeviceOwners`.',
  });
