import type { DeviceId } from '../model/ids';
import { date, schemaOf, text } from './declaration';

/** A call that has reset a device's secret, so that a repeat of it does not do so once more. The secret is not in it. */
export interface SecretReset {
  /** Whose key, and the caller's own: `<keyId>:<idempotencyKey>`. */
  _id: string;
  deviceId: DeviceId;
  /** The device's `generations.secret` since this call: as long as it is the same, so is the secret. */
  generation: string;
  createdAt: Date;
}

/** The key is free again afterwards. */
export const SECRET_RESET_KEPT_MS = 24 * 60 * 60 * 1_000;

export const secretResetSchema = schemaOf<SecretReset>({ _id: text, deviceId: text, generation: text, createdAt: date });
secretResetSchema.index({ createdAt: 1 }, { expireAfterSeconds: SECRET_RESET_KEPT_MS / 1_000 });
