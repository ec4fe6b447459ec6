import { createHmac } from 'node:crypto';
import type { CertificateCredentials, DeviceCredentials } from '../session/mqtt-session';

export interface IotdaIdentity {
  productKey: string;
  deviceName: string;
  secret: string;
  /** Default `device`: `{productKey}_{deviceName}`; `node`: the device name alone. */
  identifiedBy?: 'device' | 'node';
  /** Asks the platform to compare the hour. Default false. */
  timeChecked?: boolean;
  /** Hours that its clock is off. Default 0. */
  clockOffHours?: number;
  /** The hour it has stopped at; default its clock's. */
  hour?: string;
}

/** What it calls itself in CONNECT, topics and messages (device-protocols §2.1). */
export const iotdaIdOf = ({ productKey, deviceName, identifiedBy = 'device' }: IotdaIdentity): string =>
  identifiedBy === 'node' ? deviceName : `${productKey}_${deviceName}`;

/** UTC, `YYYYMMDDHH`. */
export const hourOf = (at: Date): string => at.toISOString().slice(0, 13).replace(/[-T]/g, '');

/** What an IoTDA device with a certificate puts into CONNECT. */
export function certificateCredentials(identity: IotdaIdentity, { cert, key }: { cert: string; key: string }): CertificateCredentials {
  const { clientId, username } = iotdaCredentials(identity);
  return { clientId, username, cert, key };
}

/** What an IoTDA device puts into CONNECT: the hour is the key, the secret the message. */
export function iotdaCredentials(identity: IotdaIdentity, now = new Date()): DeviceCredentials {
  const { secret, identifiedBy = 'device', timeChecked = false, clockOffHours = 0 } = identity;
  const id = iotdaIdOf(identity);
  const hour = identity.hour ?? hourOf(new Date(now.getTime() + clockOffHours * 3_600_000));
  return {
    clientId: `${id}_${identifiedBy === 'node' ? 2 : 0}_${timeChecked ? 1 : 0}_${hour}`,
    username: id,
    password: createHmac('sha256', hour).update(secret).digest('hex'),
  };
}
