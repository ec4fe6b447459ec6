import { createHmac } from 'node:crypto';
import { deviceIdOf } from '../../../schema/model/ids';
import type { PskClaim } from '../dialect';
import { isDeviceName } from './auth';

/** `devicename|hmacsha256|{pk}&{dn}|{ts}`: a product key has no ampersand, and a time is digits, so that a name may have anything. */
const IDENTITY = /^devicename\|hmacsha256\|([A-Za-z0-9]{4,32})&(.{1,64})\|(\d{1,20})$/u;

/** Who a TLS-PSK identity says it is (device-protocols §1.1). The time is signed and not checked, as in CONNECT. */
export function linkPskClaim(identity: string): PskClaim | null {
  const [, productKey, deviceName, timestamp] = IDENTITY.exec(identity) ?? [];
  if (productKey === undefined || deviceName === undefined || !isDeviceName(productKey, deviceName)) return null;
  const content = `id${productKey}&${deviceName}timestamp${timestamp}`;
  return {
    deviceId: deviceIdOf(productKey, deviceName),
    productKey,
    deviceName,
    /** The digits are the key, not what they stand for. */
    keyOf: (secret) => Buffer.from(createHmac('sha256', secret).update(content).digest('hex').toUpperCase(), 'latin1'),
  };
}
