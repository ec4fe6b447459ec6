import { certificateFingerprints, certificateViolations } from '../../schema/model/device/certificate';
import { parentOf, parentViolation } from '../../schema/model/device/parent-name';
import { deviceIdOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { deviceNameViolation, deviceSecretViolation } from '../../schema/model/names';
import type { Product } from '../../schema/model/product';
import type { Violation } from '../../schema/model/violation';
import type { Store } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import { newSecret, sealSecret } from '../device-secrets/secrets';
import { isDuplicateKey } from '../duplicate-key';
import { enrolled, type Memberships } from '../memberships/memberships';
import { newGeneration } from '../random-bytes';
import { refuseIfAny } from '../refuse';
import type { Sealing } from '../sealing';
import { transaction } from '../transaction';
import { attributeViolations, regionOf, tagsOf } from './attributes';
import type { Children } from './children/service';
import type { DeviceToRegister, DeviceWithSecret, NewDevice } from './contract';

export interface RegistrationDeps extends Pick<Store, 'connection' | 'collections'> {
  limits: Pick<Limits, 'registrations' | 'deviceTags'>;
  sealing: Sealing;
  memberships: Memberships;
  enroll: Children['enroll'];
}

/** All or none: everything is checked first, and one transaction inserts. The secrets are in the clear in what comes back, and only there. */
export async function registerDevices(
  { connection, collections, limits, sealing, memberships, enroll }: RegistrationDeps,
  product: Product,
  inputs: readonly DeviceToRegister[],
  now: Date,
): Promise<DeviceWithSecret[]> {
  const { devices } = collections;
  refuseIfAny([countViolation(inputs.length, limits.registrations)]);
  const violationsOf = (input: DeviceToRegister, path: string) => [
    ...newDeviceViolations(input, path, limits),
    parentViolation(product._id, input, path),
  ];
  refuseIfAny([...inputs.flatMap((input, index) => violationsOf(input, `devices[${index}].`)), ...repeatedNames(inputs)]);
  const withSecrets = inputs.map((input) => ({ ...input, parent: parentOf(input), secret: input.secret ?? newSecret() }));
  const registered = withSecrets.map((input) => deviceOf(sealing, product, input, now));
  refuseIfAny(await registeredAlready(devices, registered));
  const { documents, changes } = enrolled(await memberships.rulesFor(product._id), registered, now);
  try {
    await transaction({ connection }, async (session) => {
      await devices.insertMany(documents, { session });
      await enroll(session, product._id, withSecrets);
    });
  } catch (error) {
    if (isDuplicateKey(error)) refuseIfAny(await registeredAlready(devices, documents));
    throw error;
  }
  await memberships.changed(changes);
  return documents.map((device, index) => ({ ...device, secret: withSecrets[index]?.secret ?? '' }));
}

function countViolation(count: number, maximum: number): Violation | null {
  const limit = `1–${maximum} devices`;
  if (count === 0)
    return { code: 'REQUIRED', field: 'devices', message: 'The list names no device.', hint: 'Name at least one device.', limit };
  if (count <= maximum) return null;
  return {
    code: 'TOO_MANY',
    field: 'devices',
    message: `The list has ${count} devices.`,
    hint: `Register at most ${maximum} in one call.`,
    limit,
  };
}

const newDeviceViolations = (
  { deviceName, secret, certificateFingerprints: certificates, region, tags }: NewDevice,
  path: string,
  limits: Pick<Limits, 'deviceTags'>,
): (Violation | null)[] => [
  deviceNameViolation(deviceName, `${path}deviceName`),
  secret == null ? null : deviceSecretViolation(secret, `${path}secret`),
  ...certificateViolations(certificates ?? [], `${path}certificateFingerprints`),
  ...attributeViolations({ region, tags: tags ?? undefined }, path, limits),
];

function repeatedNames(inputs: readonly NewDevice[]): Violation[] {
  const first = new Map<string, number>();
  return inputs.flatMap(({ deviceName }, index) => {
    const earlier = first.get(deviceName);
    if (earlier === undefined) first.set(deviceName, index);
    if (earlier === undefined || typeof deviceName !== 'string' || deviceNameViolation(deviceName, '')) return [];
    return [deviceExists(index, `The list names the device ${deviceName} twice, first as devices[${earlier}].`)];
  });
}

async function registeredAlready(devices: Store['collections']['devices'], documents: readonly StoredDevice[]): Promise<Violation[]> {
  const ids = documents.map(({ _id }) => _id);
  const found = new Set((await devices.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id));
  return documents.flatMap(({ _id, deviceName }, index) =>
    found.has(_id) ? [deviceExists(index, `The product has a device ${deviceName} already.`)] : [],
  );
}

const deviceExists = (index: number, message: string): Violation => ({
  code: 'DEVICE_EXISTS',
  field: `devices[${index}].deviceName`,
  message,
  hint: 'Take it off the list. No device of the list was registered.',
});

export const deviceOf = (
  sealing: Sealing,
  product: Product,
  { deviceName, secret, certificateFingerprints: certificates, dialect, region, tags }: NewDevice,
  now: Date,
): StoredDevice => ({
  _id: deviceIdOf(product._id, deviceName),
  productKey: product._id,
  deviceName,
  sealedSecret: sealSecret(sealing, deviceIdOf(product._id, deviceName), secret ?? newSecret()),
  generations: { registration: newGeneration() },
  awaited: true,
  ...(certificates && certificates.length > 0 && { certificates: certificateFingerprints(certificates) }),
  enabled: true,
  dialect: dialect ?? product.dialect,
  modules: {},
  moduleVersions: [],
  ...(region && { region: regionOf(region) }),
  ...(tags && tags.length > 0 && { tags: tagsOf(tags) }),
  online: false,
  gatewayId: null,
  sessionId: null,
  onlineChangedAt: null,
  // After those of a device that had the name before: its tasks may begin again for this one.
  presenceRevision: now.getTime(),
  createdAt: now,
});
