import DataLoader from 'dataloader';
import type { Device } from '../../../schema/model/device/device';
import { lwm2mProof, type Proof } from '../../../schema/model/device/generations';
import type { DeviceId } from '../../../schema/model/ids';
import { type Lwm2mSettings, lwm2mSettingsOf } from '../../../schema/model/protocol/lwm2m-settings';
import type { Collections } from '../../../schema/mongo/connect';
import type { StoredDevice } from '../../../schema/mongo/devices';
import { openKeys } from '../../device-secrets/secrets';
import type { Sealing } from '../../sealing';

/** An LwM2M device as it registers. */
export interface Lwm2mDevice extends Lwm2mSettings {
  deviceId: DeviceId;
  productKey: string;
  enabled: boolean;
  endpoint: string;
  pskIdentities: string[];
  /** What goes with what is done for it where it has registered without DTLS. */
  proof: Proof;
}

/** A key that a DTLS handshake is checked with, and what it lets in. */
export interface KnownPsk {
  deviceId: DeviceId;
  key: Buffer;
  proof: Proof;
}

/** What gateways ask of LwM2M devices. `core/registrations` decides with it who may register as what. */
export interface Lwm2mAdmission {
  /** Null: nobody has this identity, or its device is disabled. */
  pskOf(identity: string): Promise<KnownPsk | null>;
  /** Null: nobody has this endpoint name. */
  deviceOfEndpoint(endpoint: string): Promise<Lwm2mDevice | null>;
  /** Null: there is none, or it speaks another dialect. */
  lwm2mDevice(deviceId: DeviceId): Promise<Lwm2mDevice | null>;
}

/** In one read of the store. */
const AT_ONCE = 500;
const KEY = { lwm2m: 1, generations: 1 } as const;
const KNOWN = { productKey: 1, enabled: 1, 'lwm2m.endpoint': 1, 'lwm2m.psks': 1, generations: 1 } as const;
type Keyed = Pick<StoredDevice, '_id' | 'lwm2m' | 'generations'>;
type Known = Pick<Device, '_id' | 'productKey' | 'enabled' | 'lwm2m' | 'generations'>;

/** What is asked for in one turn of the event loop is read together: a fleet comes back at once. */
export function createLwm2mAdmission({ devices, products }: Pick<Collections, 'devices' | 'products'>, sealing: Sealing): Lwm2mAdmission {
  const options = { cache: false, maxBatchSize: AT_ONCE, batchScheduleFn: setImmediate };

  const settings = new DataLoader<string, Lwm2mSettings>(async (keys) => {
    const found = await products.find({ _id: { $in: [...new Set(keys)] } }).toArray();
    const byKey = new Map(found.map((product) => [product._id, product]));
    return keys.map((key) => lwm2mSettingsOf(byKey.get(key) ?? {}));
  }, options);

  const byId = new DataLoader<DeviceId, Known | null>(async (ids) => {
    const found = await devices.find<Known>({ _id: { $in: [...new Set(ids)] } }, { projection: KNOWN }).toArray();
    const known = new Map(found.map((device) => [device._id, device]));
    return ids.map((id) => known.get(id) ?? null);
  }, options);

  const byEndpoint = new DataLoader<string, Known | null>(async (endpoints) => {
    const filter = { 'lwm2m.endpoint': { $in: [...new Set(endpoints)] } };
    const found = await devices.find<Known>(filter, { projection: KNOWN }).toArray();
    const known = new Map(found.map((device) => [device.lwm2m?.endpoint, device]));
    return endpoints.map((endpoint) => known.get(endpoint) ?? null);
  }, options);

  const byIdentity = new DataLoader<string, Keyed | null>(async (identities) => {
    const wanted = new Set(identities);
    const filter = { 'lwm2m.psks.identity': { $in: [...wanted] }, enabled: true };
    const found = new Map<string, Keyed>();
    for (const device of await devices.find<Keyed>(filter, { projection: KEY }).toArray())
      for (const { identity } of device.lwm2m?.psks ?? []) found.set(identity, device);
    return identities.map((identity) => found.get(identity) ?? null);
  }, options);

  async function known(device: Known | null): Promise<Lwm2mDevice | null> {
    if (!device?.lwm2m) return null;
    const { _id: deviceId, productKey, enabled, lwm2m } = device;
    const { plainCoap, ...others } = await settings.load(productKey);
    const { endpoint, psks = [] } = lwm2m;
    return {
      ...{ deviceId, productKey, enabled, endpoint, ...others },
      // A device that has a key could be spoken for by anybody, if it need not show it.
      plainCoap: plainCoap && psks.length === 0,
      pskIdentities: psks.map(({ identity }) => identity),
      proof: lwm2mProof(device, null),
    };
  }

  return {
    async pskOf(identity) {
      const device = await byIdentity.load(identity);
      const key = device === null ? undefined : openKeys(sealing, device).get(identity);
      return device && key !== undefined
        ? { deviceId: device._id, key: Buffer.from(key, 'hex'), proof: lwm2mProof(device, identity) }
        : null;
    },
    deviceOfEndpoint: async (endpoint) => known(await byEndpoint.load(endpoint)),
    lwm2mDevice: async (deviceId) => known(await byId.load(deviceId)),
  };
}
