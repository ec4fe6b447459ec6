import { FIXED_LIMITS, type Limits } from '../limits';
import { endpointViolation, pskIdentityViolation } from '../names';
import { traitsOf } from '../protocol/dialect';
import type { Violation } from '../violation';
import type { Device } from './device';

/** A pre-shared key, as far as it is shown: the key itself is sealed beside it. */
export interface Psk {
  /** What the device says who it is with DTLS (RFC 4279 §5.3): unique among all devices. */
  identity: string;
  /** Made anew with each key that comes: what an earlier one let in holds no more. */
  generation: string;
}

/** R-FLOW-7: what an LwM2M device is known by, beside its device name. */
export interface Lwm2mIdentity {
  /** What it registers as (LwM2M 1.0 core, 6.2.1): unique among all devices. */
  endpoint: string;
  /** One, or two while the device goes over from one key to the next. Absent: it has none. */
  psks?: Psk[];
}

/** A key as people give it. */
export interface NewPsk {
  identity: string;
  /** Hex digits, of `limits.pskBytesMinimum` to `limits.pskBytesMaximum` bytes. */
  key: string;
}

/** What people say of a new device. */
export interface NewLwm2mIdentity {
  /** Its device name when not given. */
  endpoint?: string | null;
  /** None are made when the list is empty; one is, with the endpoint as its identity, when there is no list and its product asks for DTLS. */
  psks?: readonly NewPsk[] | null;
}

/** A change of a device's: what is not given stays. A key that is not given is the one that the device has under this identity. */
export interface Lwm2mIdentityChange {
  endpoint?: string | null;
  psks?: readonly { identity: string; key?: string | null }[] | null;
}

type PskLimits = Pick<Limits, 'pskBytesMinimum'>;

const HEX = /^(?:[0-9a-f]{2})+$/i;

/** As it is kept: lower-case hex. */
export const pskKey = (text: string): string => text.toLowerCase();

/** What is wrong with the form of an identity. `path` is where its fields are in the input, `''` or ending in a dot. */
export function lwm2mViolations({ endpoint, psks }: Lwm2mIdentityChange, path: string, limits: PskLimits): Violation[] {
  const ofEndpoint = endpoint == null ? null : endpointViolation(endpoint, `${path}endpoint`);
  return [...(ofEndpoint ? [ofEndpoint] : []), ...pskViolations(psks ?? [], `${path}psks`, limits)];
}

function pskViolations(psks: NonNullable<Lwm2mIdentityChange['psks']>, field: string, limits: PskLimits): Violation[] {
  const { psksPerDevice } = FIXED_LIMITS;
  if (psks.length > psksPerDevice) {
    const message = `The device would have ${psks.length} pre-shared keys.`;
    return [{ code: 'TOO_MANY', field, message, hint: 'Keep the one it uses, and the next one.', limit: `${psksPerDevice} keys` }];
  }
  const repeated = psks.findIndex(({ identity }, index) => psks.findIndex((other) => other.identity === identity) < index);
  const found = psks.flatMap(({ identity, key }, index) => [
    pskIdentityViolation(identity, `${field}[${index}].identity`),
    key == null ? null : keyViolation(key, `${field}[${index}].key`, limits),
  ]);
  if (repeated >= 0) {
    const message = 'Both pre-shared keys of the device have the same identity.';
    found.push({ code: 'INVALID_FORMAT', field: `${field}[${repeated}].identity`, message, hint: 'Give each an identity of its own.' });
  }
  return found.filter((violation) => violation !== null);
}

/** The key is never quoted. */
function keyViolation(key: unknown, field: string, { pskBytesMinimum: least }: PskLimits): Violation | null {
  const most = FIXED_LIMITS.pskBytesMaximum;
  const limit = `${least}–${most} bytes`;
  const hint = `Give ${2 * least} to ${2 * most} hex digits, two a byte, without blanks, as \`openssl rand -hex 32\` prints them.`;
  if (typeof key !== 'string' || !HEX.test(key))
    return { code: 'INVALID_FORMAT', field, message: 'A pre-shared key is given as hex digits, an even number of them.', hint, limit };
  const bytes = key.length / 2;
  if (bytes >= least && bytes <= most) return null;
  return { code: 'INVALID_FORMAT', field, message: `A pre-shared key has ${least} to ${most} bytes, not ${bytes}.`, hint, limit };
}

/** Only LwM2M devices are known by such. */
export function lwm2mDialectViolation(given: unknown, device: Pick<Device, 'deviceName' | 'dialect'>, field: string): Violation | null {
  const { name, identity } = traitsOf(device);
  if (given == null || identity === 'endpoint') return null;
  const message = `${device.deviceName} is of the dialect ${name}, whose devices have no endpoint name and no pre-shared keys.`;
  return { code: 'IDENTITY_DIALECT', field, message, hint: 'Leave them out, or give the device the dialect LWM2M.' };
}
