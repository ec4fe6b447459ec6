import { certificateFingerprints, certificateViolations } from '../../schema/model/device/certificate';
import { parentOf, parentViolation } from '../../schema/model/device/parent-name';
import { type DeviceId, deviceIdOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { deviceNameViolation, deviceSecretViolation, ownerViolation } from '../../schema/model/names';
import type { Product } from '../../schema/model/product';
import type { Violation } from '../../schema/model/violation';
import type { Store } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import type { Note } from '../calls/calls';
import { newSecret, sealSecret } from '../device-secrets/secrets';
import { isDuplicateKey } from '../duplicate-key';
import { enrolled, type Memberships } from '../memberships/memberships';
import { useProduct } from '../products/in-use';
import { newGeneration } from '../random-bytes';
import { refuseIfAny } from '../refuse';
import type { Sealing } from '../sealing';
import { transaction } from '../transaction';
import { attributeViolations, regionOf, tagsOf } from './attributes';
import type { Children } from './children/service';
import type { DeviceToRegister, DeviceWithSecret, NewDevice } from './contract';
import { newIdentityViolations, type SettledIdentity, settledIdentity, storedIdentity } from './lwm2m/new-identity';
import { ownersOf, takenViolations, type WantedIdentity } from './lwm2m/taken';
import { type Registered, registeredNow } from './registered-before';

export interface RegistrationDeps extends Pick<Store, 'connection' | 'collections'> {
  limits: Pick<Limits, 'registrations' | 'deviceTags' | 'pskBytesMinimum'>;
  sealing: Sealing;
  memberships: Memberships;
  enroll: Children['enroll'];
  note?: Note<Registered>;
}

/** All or none: everything is checked first, and one transaction inserts. The secrets are in the clear in what comes back, and only there. */
export async function registerDevices(
  { connection, collections, limits, sealing, memberships, enroll, note }: RegistrationDeps,
  product: Product,
  inputs: readonly DeviceToRegister[],
  now: Date,
): Promise<DeviceWithSecret[]> {
  const { devices } = collections;
  refuseIfAny([countViolation(inputs.length, limits.registrations)]);
  const violationsOf = (input: DeviceToRegister, path: string) => [
    ...newDeviceViolations(input, product, path, limits),
    parentViolation(product._id, input, path),
  ];
  refuseIfAny([...inputs.flatMap((input, index) => violationsOf(input, `devices[${index}].`)), ...repeatedNames(inputs)]);
  const withSecrets = inputs.map((input) => {
    const lwm2m = settledIdentity(input, product);
    return { ...input, parent: parentOf(input), secret: input.secret ?? newSecret(), lwm2m };
  });
  const registered = withSecrets.map((input) => deviceOf(sealing, product, input, now));
  const identities = wantedIdentities(product._id, inputs, withSecrets);
  const takenNow = async () => [
    ...(await registeredAlready(devices, registered)),
    ...takenViolations(identities, await ownersOf(devices, identities)),
  ];
  refuseIfAny(await takenNow());
  const { documents, changes } = enrolled(await memberships.rulesFor(product._id), registered, now);
  const told = documents.map((device, index) => {
    const { secret = '', lwm2m } = withSecrets[index] ?? {};
    return { ...device, secret, ...(lwm2m?.made && { psk: lwm2m.made }) };
  });
  try {
    await transaction({ connection }, async (session) => {
      await useProduct(collections, product._id, session);
      await devices.insertMany(documents, { session });
      await enroll(session, product._id, withSecrets);
      await note?.(session, registeredNow(told));
    });
  } catch (error) {
    if (isDuplicateKey(error)) refuseIfAny(await takenNow());
    throw error;
  }
  await memberships.changed(changes);
  return told;
}

const wantedIdentities = (
  productKey: string,
  inputs: readonly NewDevice[],
  settled: readonly { deviceName: string; lwm2m: SettledIdentity | null }[],
): WantedIdentity[] =>
  settled.flatMap(({ deviceName, lwm2m }, index) => {
    if (lwm2m === null) return [];
    const { endpoint, psks, made } = lwm2m;
    const isDefault = inputs[index]?.lwm2m?.endpoint == null;
    return [
      { deviceId: deviceIdOf(productKey, deviceName), endpoint, psks, path: `devices[${index}].lwm2m.`, isDefault, isMade: made !== null },
    ];
  });

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
  device: NewDevice,
  product: Product,
  path: string,
  limits: Pick<Limits, 'deviceTags' | 'pskBytesMinimum'>,
): (Violation | null)[] => [
  deviceNameViolation(device.deviceName, `${path}deviceName`),
  device.secret == null ? null : deviceSecretViolation(device.secret, `${path}secret`),
  ...certificateViolations(device.certificateFingerprints ?? [], `${path}certificateFingerprints`),
  ...newIdentityViolations(device, product, path, limits),
  ...attributeViolations({ region: device.region, tags: device.tags ?? undefined }, path, limits),
  device.owner == null ? null : ownerViolation(device.owner, `${path}owner`),
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
    found.has(_id) ? [deviceExists(index, `The product has a device ${deviceName} already.`, _id)] : [],
  );
}

const deviceExists = (index: number, message: string, conflictingId?: DeviceId): Violation => ({
  code: 'DEVICE_EXISTS',
  field: `devices[${index}].deviceName`,
  message,
  hint: 'Take it off the list. No device of the list was registered.',
  ...(conflictingId && { conflictingId }),
});

export function deviceOf(sealing: Sealing, product: Product, device: NewDevice, now: Date): StoredDevice {
  const { deviceName, secret, certificateFingerprints: certificates, dialect, region, tags, owner } = device;
  const _id = deviceIdOf(product._id, deviceName);
  const identity = settledIdentity(device, product);
  return {
    _id,
    productKey: product._id,
    deviceName,
    sealedSecret: sealSecret(sealing, _id, secret ?? newSecret()),
    generations: { registration: newGeneration() },
    awaited: true,
    ...(certificates && certificates.length > 0 && { certificates: certificateFingerprints(certificates) }),
    ...(identity && { lwm2m: storedIdentity(sealing, _id, identity) }),
    enabled: true,
    dialect: dialect ?? product.dialect,
    modules: {},
    moduleVersions: [],
    ...(region && { region: regionOf(region) }),
    ...(tags && tags.length > 0 && { tags: tagsOf(tags) }),
    ...(owner != null && { owner }),
    online: false,
    gatewayId: null,
    sessionId: null,
    onlineChangedAt: null,
    // After those of a device that had the name before: its tasks may begin again for this one.
    presenceRevision: now.getTime(),
    createdAt: now,
  };
}
