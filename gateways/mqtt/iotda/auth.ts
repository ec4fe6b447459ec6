import { createHmac, timingSafeEqual } from 'node:crypto';
import { isCurrent, type ProvenCertificate } from '../../../schema/model/device/certificate';
import { deviceIdOf } from '../../../schema/model/ids';
import { type Claim, CONNACK, type ConnectPacket, type Known, type Named, type NotServed, type Refusal } from '../dialect';

const CLIENT_ID_LENGTH = 256;
const PASSWORD_LENGTH = 64;
const HOUR_MS = 3_600_000;
/** `{id}_{t}_{s}_{YYYYMMDDHH}`, read from the right: `{id}` may contain `_`. */
const CLIENT_ID = /^(.{1,128})_([02])_([01])_(\d{10})$/u;
/** A bridge speaks for devices of other protocols, each with a session of its own within the bridge's connection. */
const BRIDGE_ID = /_3_[01]_\d{10}$/;
const BRIDGE: NotServed = {
  refusal: CONNACK.unreadableClientId,
  result: 'bridge',
  why: 'An IoTDA bridge was refused, because bridges are not served: register what it speaks for as devices, or as children of a device',
};
/** A product key has no `_`, so the first one divides. */
const DEVICE_ID = /^([A-Za-z0-9]{4,32})_([^/+#\p{C}]{1,64})$/u;
/** A level of a topic: no separators, wildcards or control characters. */
const NODE_ID = /^[^/+#\p{C}]{1,64}$/u;

export interface IotdaClientId {
  /** `{id}`, which is also the user name and the device's name in topics. */
  id: string;
  identifiedBy: 'device' | 'node';
  /** The hour has to be the platform's. */
  timeChecked: boolean;
  /** `YYYYMMDDHH`, UTC; the key of the password's HMAC. */
  hour: string;
}

/** Null when it is not of this form. */
export function parseIotdaClientId(clientId: string): IotdaClientId | null {
  if (clientId.length > CLIENT_ID_LENGTH) return null;
  const [, id, type, check, hour] = CLIENT_ID.exec(clientId) ?? [];
  if (id === undefined || hour === undefined) return null;
  return { id, identifiedBy: type === '2' ? 'node' : 'device', timeChecked: check === '1', hour };
}

/** The product and device that a device id names. */
export function deviceOfIotdaId(id: string): { productKey: string; deviceName: string } | null {
  const [, productKey, deviceName] = DEVICE_ID.exec(id) ?? [];
  return productKey === undefined || deviceName === undefined ? null : { productKey, deviceName };
}

/** A device id may look like a node's name, so the node is the second thing it can mean. */
export function namedById(id: string): Named | null {
  const named = deviceOfIotdaId(id);
  const device = named && { ...named, deviceId: deviceIdOf(named.productKey, named.deviceName) };
  return NODE_ID.test(id) ? { device, nodeId: id } : device && { device };
}

/** Who a connection says it is. */
export function iotdaSpeaker(clientId: string, username: string): Named | null {
  const parsed = parseIotdaClientId(clientId);
  if (parsed === null || parsed.id !== username) return null;
  const named = namedById(parsed.id);
  return named && (parsed.identifiedBy === 'node' ? { device: null, nodeId: parsed.id } : { device: named.device });
}

/** Whether a UTC hour is this one, or as many hours off at most. */
export function isHourNear(hour: string, now: Date, toleranceHours: number): boolean {
  const [year, month, day, hours] = [hour.slice(0, 4), hour.slice(4, 6), hour.slice(6, 8), hour.slice(8, 10)].map(Number);
  const given = Date.UTC(year ?? 0, (month ?? 0) - 1, day ?? 0, hours ?? 0);
  const current = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  return Math.abs(given - current) <= toleranceHours * HOUR_MS;
}

/**
 * Who an IoTDA device says it is, and the check of its certificate and its password: one of them is enough, since Go SDKs send a password
 * beside each certificate (device-protocols §2.1).
 */
export function iotdaClaim(packet: ConnectPacket, now: Date, toleranceHours: number): Claim | Refusal | NotServed | null {
  const { clientId, username, password, certificate } = packet;
  const parsed = parseIotdaClientId(clientId);
  if (parsed === null) return clientId.length <= CLIENT_ID_LENGTH && BRIDGE_ID.test(clientId) ? BRIDGE : null;
  const { id, identifiedBy, timeChecked, hour } = parsed;
  if (username !== id) return CONNACK.badCredentials;
  if (timeChecked && !isHourNear(hour, now, toleranceHours)) return CONNACK.badCredentials;
  const [bySecret, byKey] = [byPassword(password, hour), byCertificate(certificate, now)];
  if (bySecret === null && byKey === null) return CONNACK.badCredentials;
  const proves = (known: Known) => bySecret?.(known) || (byKey?.(known) ? ('certificate' as const) : false);
  if (identifiedBy === 'node') return NODE_ID.test(id) ? { nodeId: id, proves } : CONNACK.badCredentials;
  const named = deviceOfIotdaId(id);
  if (named === null) return CONNACK.badCredentials;
  return { ...named, deviceId: deviceIdOf(named.productKey, named.deviceName), proves };
}

/** A device without a secret is let in by nobody's password: that of an empty one anybody can compute. */
const byPassword = (password: Buffer | undefined, hour: string) =>
  !password?.length || password.length > PASSWORD_LENGTH
    ? null
    : ({ secret }: Known) => secret !== '' && isPassword(password, secret, hour);

/** The certificate itself is what was registered, so whoever signed it, and what it names, makes no difference. */
const byCertificate = (certificate: ProvenCertificate | undefined, now: Date) =>
  certificate && isCurrent(certificate, now) ? ({ certificates = [] }: Known) => certificates.includes(certificate.fingerprint) : null;

/** The hour is the key, and the secret the message: the other way round than one would expect. */
function isPassword(password: Buffer, secret: string, hour: string): boolean {
  const expected = Buffer.from(createHmac('sha256', hour).update(secret).digest('hex'), 'latin1');
  const given = Buffer.from(password.toString('latin1').toLowerCase(), 'latin1');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
