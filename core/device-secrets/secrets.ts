import type { NewPsk } from '../../schema/model/device/lwm2m-identity';
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

/** Pre-shared keys of LwM2M devices: hex, by identity. */
const contextOfKeys = (deviceId: DeviceId): string => `psks of device ${deviceId}`;

export const sealKeys = (sealing: Sealing, deviceId: DeviceId, psks: readonly NewPsk[]): string =>
  sealKeysText(sealing, deviceId, JSON.stringify(psks.map(({ identity, key }) => [identity, key])));
export const sealKeysText = (sealing: Sealing, deviceId: DeviceId, text: string): string => sealing.seal(text, contextOfKeys(deviceId));

/** Throws SealedByOther. */
export const openKeysText = (sealing: Sealing, deviceId: DeviceId, sealed: string): string => sealing.open(sealed, contextOfKeys(deviceId));
/** Throws SealedByOther. */
export const openKeys = (sealing: Sealing, { _id, lwm2m }: Pick<StoredDevice, '_id' | 'lwm2m'>): Map<string, string> =>
  new Map(lwm2m?.sealedKeys === undefined ? [] : (JSON.parse(openKeysText(sealing, _id, lwm2m.sealedKeys)) as [string, string][]));
