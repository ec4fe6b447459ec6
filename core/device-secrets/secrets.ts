import type { DeviceId } from '../../schema/model/ids';
import type { StoredDevice } from '../../schema/mongo/devices';
import { randomBytesPooled } from '../random-bytes';
import { createSealing, type Sealing } from '../sealing';

/** What the keys of these secrets are derived for. */
const PURPOSE = 'updraft device secrets';
/** 128 bits. */
const SECRET_BYTES = 16;

/** Device secrets, and the rows of imports that hold them: here they are encrypted, and nowhere else opened. */
export const deviceSealing = (masterKeys: readonly Uint8Array[]): Sealing => createSealing(masterKeys, PURPOSE);

const contextOf = (deviceId: DeviceId): string => `device ${deviceId}`;

export const newSecret = (): string => randomBytesPooled(SECRET_BYTES).toString('hex');

export const sealSecret = (sealing: Sealing, deviceId: DeviceId, secret: string): string => sealing.seal(secret, contextOf(deviceId));

/** Throws SealedByOther. */
export const openSecret = (sealing: Sealing, { _id, sealedSecret }: Pick<StoredDevice, '_id' | 'sealedSecret'>): string =>
  sealing.open(sealedSecret, contextOf(_id));
