import { createHmac, timingSafeEqual } from 'node:crypto';
import { deviceIdOf } from '../../../schema/model/ids';
import { type Claim, CONNACK, type ConnectPacket, type Named, type Refusal } from '../dialect';

const HASHES = new Map([
  ['hmacsha256', 'sha256'],
  ['hmacsha1', 'sha1'],
  ['hmacmd5', 'md5'],
]);
const CLIENT_ID_LENGTH = 512;
const PASSWORD_LENGTH = 64;
const PRODUCT_KEY = /^[A-Za-z0-9]{4,32}$/;
/** A level of a topic: no separators, wildcards or control characters. */
const DEVICE_NAME = /^[^/+#\p{C}]{1,64}$/u;

interface ClientId {
  /** Everything before the first bar, taken literally. */
  id: string;
  /** As the crypto library names it. */
  hash: string;
  timestamp: string | null;
}

/** `{id}|k=v,k=v,…|`; unknown pairs are ignored. Null when it can't be read. */
export function parseClientId(clientId: string): ClientId | null {
  const bar = clientId.indexOf('|');
  if (bar < 1 || clientId.length > CLIENT_ID_LENGTH) return null;
  const close = clientId.indexOf('|', bar + 1);
  let hash: string | undefined;
  let timestamp: string | null = null;
  for (const pair of clientId.slice(bar + 1, close < 0 ? undefined : close).split(',')) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, equals);
    if (key === 'signmethod') hash = HASHES.get(pair.slice(equals + 1).toLowerCase());
    else if (key === 'timestamp') timestamp = pair.slice(equals + 1);
  }
  return hash === undefined ? null : { id: clientId.slice(0, bar), hash, timestamp };
}

/** `{dn}&{pk}`: a product key has no ampersand, so the last one divides. */
export function parseUserName(username: string): { productKey: string; deviceName: string } | null {
  const ampersand = username.lastIndexOf('&');
  const deviceName = username.slice(0, Math.max(ampersand, 0));
  const productKey = username.slice(ampersand + 1);
  return isDeviceName(productKey, deviceName) ? { productKey, deviceName } : null;
}

export const isDeviceName = (productKey: string, deviceName: string): boolean =>
  PRODUCT_KEY.test(productKey) && DEVICE_NAME.test(deviceName);

/** Who a connection says it is. */
export function linkSpeaker(clientId: string, username: string): Named | null {
  const name = parseClientId(clientId) && parseUserName(username);
  return name && { device: { ...name, deviceId: deviceIdOf(name.productKey, name.deviceName) } };
}

/** Who a Link device says it is, and the check of its password (device-protocols §1.1). The timestamp is no freshness check there. */
export function linkClaim({ clientId, username, password }: ConnectPacket): Claim | Refusal | null {
  const parsed = parseClientId(clientId);
  if (parsed === null) return null;
  const name = username === undefined ? null : parseUserName(username);
  if (name === null || password === undefined || password.length > PASSWORD_LENGTH) return CONNACK.badCredentials;
  const { productKey, deviceName } = name;
  const { id, hash, timestamp } = parsed;
  const content = `clientId${id}deviceName${deviceName}productKey${productKey}${timestamp === null ? '' : `timestamp${timestamp}`}`;
  return {
    deviceId: deviceIdOf(productKey, deviceName),
    productKey,
    deviceName,
    proves({ secret }) {
      const expected = Buffer.from(createHmac(hash, secret).update(content).digest('hex'), 'latin1');
      const given = Buffer.from(password.toString('latin1').toLowerCase(), 'latin1');
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
