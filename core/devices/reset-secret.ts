import type { mongo } from 'mongoose';
import type { Device } from '../../schema/model/device/device';
import { type DeviceId, productKeyOf } from '../../schema/model/ids';
import type { Store } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import { SECRET_RESET_KEPT_MS } from '../../schema/mongo/secret-resets';
import type { Viewer } from '../access/viewer';
import { newSecret, openSecret, sealSecret } from '../device-secrets/secrets';
import { devicesUnknown } from '../devices-unknown';
import { UserError } from '../errors';
import { keyViolation } from '../idempotency';
import { newGeneration } from '../random-bytes';
import { refuseIfAny } from '../refuse';
import type { Sealing } from '../sealing';
import { transaction } from '../transaction';
import type { DeviceWithSecret } from './contract';
import { offline, type Related } from './presence';
import { hasOwnSession, type SessionEnds } from './session-ends';

export interface SecretResetDeps extends Pick<Store, 'connection' | 'collections'> {
  sealing: Sealing;
  sessionEnds: SessionEnds;
}

export interface SecretResetInput {
  deviceId: DeviceId;
  /** The product it has to be of, where the caller says so. */
  productKey?: string | null;
  idempotencyKey?: string | null;
}

export interface ResetSecret {
  device: DeviceWithSecret;
  /** It had a connection, which does not count any more. */
  gone: Related | null;
}

/**
 * Gives a device another secret. With the same write everything that the old one opened is void: the device counts as off-line until it has
 * shown the new one, and so do its children.
 */
export async function resetSecret(
  { connection, collections, sealing, sessionEnds }: SecretResetDeps,
  viewer: Viewer,
  { deviceId, productKey, idempotencyKey }: SecretResetInput,
  now: Date,
): Promise<ResetSecret> {
  refuseIfAny([keyViolation(idempotencyKey, 'reset')]);
  if (productKey != null && productKey !== productKeyOf(deviceId)) throw devicesUnknown('deviceId', [deviceId], 1);
  const { devices, secretResets } = collections;
  const callId = idempotencyKey == null ? null : `${viewer.actorId}:${idempotencyKey}`;

  /** The same call, made before: what it made, as long as nothing has taken its place. */
  async function repeated(session: mongo.ClientSession): Promise<ResetSecret | null> {
    const earlier = callId === null ? null : await secretResets.findOne({ _id: callId }, { session });
    if (earlier === null) return null;
    if (now.getTime() - earlier.createdAt.getTime() > SECRET_RESET_KEPT_MS) {
      await secretResets.deleteOne({ _id: earlier._id }, { session });
      return null;
    }
    if (earlier.deviceId !== deviceId) throw otherDevice(earlier.deviceId);
    const device = await devices.findOne({ _id: deviceId }, { session });
    if (device?.generations?.secret !== earlier.generation) throw replacedSince();
    return { device: { ...device, secret: openSecret(sealing, device) }, gone: device.online ? null : device };
  }

  async function made(session: mongo.ClientSession): Promise<ResetSecret> {
    const before = await devices.findOne({ _id: deviceId }, { session });
    if (before === null) throw devicesUnknown('deviceId', [deviceId], 1);
    const generation = newGeneration();
    const secret = newSecret();
    const hadSession = hasOwnSession(before);
    const away = hadSession ? offline(now, 'SECRET_RESET') : null;
    const set: Partial<StoredDevice> = { sealedSecret: sealSecret(sealing, deviceId, secret), awaited: true };
    const device = await devices.findOneAndUpdate(
      { _id: deviceId },
      { ...away, $set: { ...away?.$set, ...set, 'generations.secret': generation } },
      { session, returnDocument: 'after' },
    );
    if (device === null) throw devicesUnknown('deviceId', [deviceId], 1);
    if (before.children) await voidChildren(devices, [deviceId], session);
    await sessionEnds.note([before], session);
    if (callId !== null) await secretResets.insertOne({ _id: callId, deviceId, generation, createdAt: now }, { session });
    return { device: { ...device, secret }, gone: hadSession ? device : null };
  }

  const result = await transaction({ connection }, async (session) => (await repeated(session)) ?? (await made(session)));
  sessionEnds.tell();
  return result;
}

/** What a parent has said and got for its children ends with what it is known by. */
export async function voidChildren(
  devices: SecretResetDeps['collections']['devices'],
  parents: readonly DeviceId[],
  session: mongo.ClientSession,
): Promise<void> {
  await devices.updateMany({ parentId: { $in: [...parents] } }, { $set: { 'generations.binding': newGeneration() } }, { session });
}

const otherDevice = (deviceId: Device['_id']): UserError =>
  new UserError('IDEMPOTENCY_MISMATCH', {
    field: 'idempotencyKey',
    message: 'This idempotency key was used within 24 hours for another device.',
    hint: 'Use a new key for each reset.',
    conflictingId: deviceId,
  });

const replacedSince = (): UserError =>
  new UserError('SECRET_REPLACED', {
    field: 'idempotencyKey',
    message: 'This call was carried out before, and the device has another secret since.',
    hint: 'Use the secret of the later reset or registration, or reset it again with a new key.',
  });
