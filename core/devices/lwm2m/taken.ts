import type { mongo } from 'mongoose';
import type { DeviceId } from '../../../schema/model/ids';
import type { Violation } from '../../../schema/model/violation';
import type { Collections } from '../../../schema/mongo/connect';

/** What a device is to be known by. */
export interface WantedIdentity {
  deviceId: DeviceId;
  endpoint: string;
  psks: readonly { identity: string }[];
  /** Of these in the input: `''` or ending in a dot. */
  path: string;
  /** Nobody has given the endpoint name: it is the device's own. */
  isDefault?: boolean;
  /** Nobody has given the key. */
  isMade?: boolean;
}

/** Whose an endpoint name or an identity is, of devices in the store. */
export interface Owners {
  endpoints: ReadonlyMap<string, DeviceId>;
  identities: ReadonlyMap<string, DeviceId>;
}

export async function ownersOf(
  devices: Collections['devices'],
  wanted: readonly Pick<WantedIdentity, 'endpoint' | 'psks'>[],
  session?: mongo.ClientSession,
): Promise<Owners> {
  const endpoints = new Set(wanted.map(({ endpoint }) => endpoint));
  const identities = new Set(wanted.flatMap(({ psks }) => psks.map(({ identity }) => identity)));
  const find = async (path: string, values: ReadonlySet<string>) =>
    values.size === 0 ? [] : devices.find({ [path]: { $in: [...values] } }, { session, projection: { lwm2m: 1 } }).toArray();
  const byEndpoint = await find('lwm2m.endpoint', endpoints);
  const byIdentity = await find('lwm2m.psks.identity', identities);
  return {
    endpoints: new Map(byEndpoint.map(({ _id, lwm2m }) => [lwm2m?.endpoint ?? '', _id])),
    identities: new Map(byIdentity.flatMap(({ _id, lwm2m }) => (lwm2m?.psks ?? []).map(({ identity }) => [identity, _id] as const))),
  };
}

/** Names that other devices have, in the store or in the list itself. What the devices of the list have now does not count: `replaced`. */
export function takenViolations(
  wanted: readonly WantedIdentity[],
  owners: Owners,
  replaced: ReadonlySet<DeviceId> = new Set(),
): Violation[] {
  const endpoints = new Map<string, string>();
  const identities = new Map<string, string>();
  return wanted.flatMap((device) => {
    const { deviceId, endpoint, psks, path, isDefault = false, isMade = false } = device;
    const violations: Violation[] = [];
    const look = (name: string, field: string, seen: Map<string, string>, stored: ReadonlyMap<string, DeviceId>, make: Taken) => {
      const owner = stored.get(name);
      const earlier = seen.get(name);
      if (earlier === undefined) seen.set(name, field);
      if (owner !== undefined && owner !== deviceId && !replaced.has(owner))
        violations.push({ ...make(field, `the device ${shown(owner)}`), conflictingId: owner });
      else if (earlier !== undefined) violations.push(make(field, `the list, as ${earlier}`));
    };
    look(endpoint, `${path}endpoint`, endpoints, owners.endpoints, endpointTaken(endpoint, isDefault));
    for (const [index, { identity }] of psks.entries())
      look(identity, isMade ? `${path}psks` : `${path}psks[${index}].identity`, identities, owners.identities, pskTaken(identity, isMade));
    return violations;
  });
}

type Taken = (field: string, by: string) => Violation;

export const endpointTaken =
  (endpoint: string, isDefault: boolean): Taken =>
  (field, by) => ({
    code: 'ENDPOINT_EXISTS',
    field,
    message: `The endpoint name ${shown(endpoint)}${isDefault ? ', which is the name of the device,' : ''} is in use by ${by}.`,
    hint: 'Give the device another endpoint name: no two devices have the same one, whatever their products.',
  });

export const pskTaken =
  (identity: string, isMade: boolean): Taken =>
  (field, by) => ({
    code: 'PSK_IDENTITY_EXISTS',
    field,
    message: `The PSK identity ${shown(identity)}${isMade ? ', which is the endpoint name,' : ''} is in use by ${by}.`,
    hint: 'Give the key another identity: no two devices have the same one, whatever their products.',
  });

/** What is told of it to those who may not know which device that is. */
export const byAnotherProduct = (message: string, deviceId: string): string => message.replaceAll(shown(deviceId), 'of another product');

const shown = (name: string): string => `"${name.slice(0, 72)}"`;
