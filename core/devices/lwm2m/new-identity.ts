import { randomBytes } from 'node:crypto';
import {
  lwm2mDialectViolation,
  lwm2mViolations,
  type NewLwm2mIdentity,
  type NewPsk,
  pskKey,
} from '../../../schema/model/device/lwm2m-identity';
import type { DeviceId } from '../../../schema/model/ids';
import type { Limits } from '../../../schema/model/limits';
import { endpointViolation, pskIdentityViolation } from '../../../schema/model/names';
import type { Product } from '../../../schema/model/product';
import { type Dialect, traitsOf } from '../../../schema/model/protocol/dialect';
import type { Violation } from '../../../schema/model/violation';
import type { StoredLwm2mIdentity } from '../../../schema/mongo/devices';
import { sealKeys } from '../../device-secrets/secrets';
import { newGeneration } from '../../random-bytes';
import type { Sealing } from '../../sealing';

const MADE_BYTES = 32;

/** A new device, as far as its identity for LwM2M goes. */
export interface ToBeKnown {
  deviceName: string;
  dialect?: Dialect | null;
  lwm2m?: NewLwm2mIdentity | null;
  certificateFingerprints?: readonly string[] | null;
}

type OfProduct = Pick<Product, 'dialect' | 'plainCoap'>;
const dialectOf = ({ dialect }: ToBeKnown, product: OfProduct): Dialect => dialect ?? product.dialect;
const isKnownByEndpoint = (device: ToBeKnown, product: OfProduct): boolean =>
  traitsOf({ dialect: dialectOf(device, product) }).identity === 'endpoint';

/** A key is made where nobody has said which there are, and the product's devices have to show one. */
const isKeyMade = ({ lwm2m }: ToBeKnown, { plainCoap = false }: OfProduct): boolean => lwm2m?.psks == null && !plainCoap;

/** `path`: of the device in the input, `''` or ending in a dot. */
export function newIdentityViolations(
  device: ToBeKnown,
  product: OfProduct,
  path: string,
  limits: Pick<Limits, 'pskBytesMinimum'>,
): Violation[] {
  const { deviceName, lwm2m, certificateFingerprints } = device;
  const ofDialect = lwm2mDialectViolation(lwm2m, { deviceName, dialect: dialectOf(device, product) }, `${path}lwm2m`);
  if (ofDialect) return [ofDialect];
  if (certificateFingerprints?.length && isKnownByEndpoint(device, product))
    return [withoutCertificates(deviceName, `${path}certificateFingerprints`)];
  const wrong = lwm2m == null ? [] : lwm2mViolations(lwm2m, `${path}lwm2m.`, limits);
  const endpoint = lwm2m?.endpoint;
  const isLong = endpoint != null && endpointViolation(endpoint, '') === null && pskIdentityViolation(endpoint, '') !== null;
  if (!isLong || !isKeyMade(device, product)) return wrong;
  const message = 'The endpoint name is longer than a PSK identity may be, so no key can be made for it.';
  const hint = 'Give the pre-shared key, with an identity of its own; or an empty list, if the device is to have none.';
  return [...wrong, { code: 'REQUIRED', field: `${path}lwm2m.psks`, message, hint }];
}

const withoutCertificates = (deviceName: string, field: string): Violation => ({
  code: 'CERTIFICATE_DIALECT',
  field,
  message: `${deviceName} is an LwM2M device, which shows a pre-shared key and never a certificate.`,
  hint: 'Leave the certificates out.',
});

/** With what is not given filled in. `made`: the key that was made, which nobody knows yet; null: none was. */
export interface SettledIdentity {
  endpoint: string;
  psks: NewPsk[];
  made: NewPsk | null;
}

/** Null: it speaks another dialect. */
export function settledIdentity(device: ToBeKnown, product: OfProduct): SettledIdentity | null {
  if (!isKnownByEndpoint(device, product)) return null;
  const { deviceName, lwm2m } = device;
  const endpoint = lwm2m?.endpoint ?? deviceName;
  const given = (lwm2m?.psks ?? []).map(({ identity, key }) => ({ identity, key: pskKey(key) }));
  const made = isKeyMade(device, product) ? { identity: endpoint, key: randomBytes(MADE_BYTES).toString('hex') } : null;
  return { endpoint, psks: made ? [made] : given, made };
}

export const storedIdentity = (
  sealing: Sealing,
  deviceId: DeviceId,
  { endpoint, psks }: Pick<SettledIdentity, 'endpoint' | 'psks'>,
): StoredLwm2mIdentity => ({
  endpoint,
  ...(psks.length > 0 && {
    psks: psks.map(({ identity }) => ({ identity, generation: newGeneration() })),
    sealedKeys: sealKeys(sealing, deviceId, psks),
  }),
});
