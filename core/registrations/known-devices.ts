import { isSame, type Proof } from '../../schema/model/device/generations';
import type { DeviceId } from '../../schema/model/ids';
import type { Lwm2mSettings } from '../../schema/model/protocol/lwm2m-settings';
import { isRefused, type Refused } from '../../schema/model/registration/refusals';

/** What a registration has to know of the device that makes it. */
export interface RegisteringDevice {
  deviceId: DeviceId;
  enabled: boolean;
  endpoint: string;
  /** Its product's devices may register without DTLS. */
  plainCoap: boolean;
  /** How long its product's devices listen after a message, with queue mode. */
  awakeSeconds: number;
}

/** Who may register as what: `core/devices` knows it. */
export interface KnownDevices {
  /** Whose PSK identity it is; null: nobody's, or of a device that is disabled. */
  pskOf(identity: string): Promise<{ deviceId: DeviceId; proof: Proof } | null>;
  deviceOfEndpoint(endpoint: string): Promise<RegisteringDevice | null>;
  /** Null as well when it does not speak LwM2M. */
  lwm2mDevice(deviceId: DeviceId): Promise<RegisteringDevice | null>;
  /** Of a product; those of a few seconds ago may do. */
  settingsOf(productKey: string): Promise<Lwm2mSettings>;
}

/** Which device registers. With DTLS its endpoint is the identity's, or left out; without it has to be there, and the product has to allow that. */
export async function registeringDevice(
  known: KnownDevices,
  { endpoint, identity, proof }: { endpoint: string | null; identity: string | null; proof?: Proof },
): Promise<RegisteringDevice | Refused> {
  const device = await (identity === null ? byEndpoint(known, endpoint) : byIdentity(known, endpoint, identity, proof));
  return isRefused(device) || device.enabled ? device : { refused: 'disabled' };
}

async function byEndpoint(known: KnownDevices, endpoint: string | null): Promise<RegisteringDevice | Refused> {
  if (endpoint === null) return { refused: 'no_endpoint' };
  const device = await known.deviceOfEndpoint(endpoint);
  if (device === null) return { refused: 'unknown_endpoint' };
  return device.plainCoap ? device : { refused: 'plain_not_allowed' };
}

async function byIdentity(
  known: KnownDevices,
  endpoint: string | null,
  identity: string,
  proof: Proof | undefined,
): Promise<RegisteringDevice | Refused> {
  const psk = await known.pskOf(identity);
  // Another key, or another device of that name.
  if (psk && proof && !isSame(psk.proof, proof)) return { refused: 'wrong_identity' };
  const device = psk && (await known.lwm2mDevice(psk.deviceId));
  return device && (endpoint === null || endpoint === device.endpoint) ? device : { refused: 'wrong_identity' };
}

/** Whether whoever speaks now may speak for a registration. The device may have gone over to its other key, or to DTLS; never back. */
export async function maySpeakFor(
  known: Pick<KnownDevices, 'pskOf'>,
  registration: { _id: DeviceId; identity: string | null },
  identity: string | null,
): Promise<boolean> {
  if (identity === registration.identity) return true;
  return identity !== null && (await known.pskOf(identity))?.deviceId === registration._id;
}
