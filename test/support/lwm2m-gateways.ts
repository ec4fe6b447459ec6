import type { DeviceService } from '../../core/devices/contract';
import { createDeviceService } from '../../core/devices/service';
import type { RegisterInput, UpdateInput } from '../../core/registrations/contract';
import type { KnownDevices } from '../../core/registrations/known-devices';
import { createRegistrations, type Registrations } from '../../core/registrations/service';
import type { Device } from '../../schema/model/device/device';
import { type DeviceId, deviceIdOf, deviceNameOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { Lwm2mSettings } from '../../schema/model/protocol/lwm2m-settings';
import type { Registration } from '../../schema/model/registration/registration';
import type { Store } from '../../schema/mongo/connect';
import { aDevice } from './builders';
import { handClock, productParts, settingsWith } from './core-parts';

const PRODUCT = 'meter';
export const idOf = (name: string): DeviceId => deviceIdOf(PRODUCT, name);

/** One process: what a gateway asks, and what it tells of devices that come and go. */
export interface Gateway {
  registrations: Registrations;
  devices: DeviceService;
  register(name: string, fields?: Partial<RegisterInput>): ReturnType<Registrations['register']>;
  update(registrationId: string, fields?: Partial<UpdateInput>): ReturnType<Registrations['update']>;
}

/**
 * Two gateway processes over one store, `gw-1` and `gw-2`. A device is known by its name, and by the PSK identities `psk-<name>` and
 * `next-<name>`; those whose names begin with `secure` may not register without.
 */
export interface Gateways {
  clock: ReturnType<typeof handClock>;
  gw1: Gateway;
  gw2: Gateway;
  /** Of the product. */
  settings: Lwm2mSettings;
  /** So many times the news of devices do not get through. */
  failures: number;
  /** What news of devices wait for. */
  newsWait: Promise<void>;
  /** Names of devices with whether they came, in the order told. */
  told: string[];
  addDevices(...names: string[]): Promise<void>;
  device(name: string): Promise<Device>;
  registration(name: string): Promise<Registration>;
  /** A registration id that was accepted; throws with the refusal otherwise. */
  accepted(answer: Awaited<ReturnType<Registrations['register']>>): string;
}

export function startGateways(store: Store, limits: Partial<Limits> = {}): Gateways {
  const clock = handClock(new Date('2026-03-01T00:00:00Z'));
  const told: string[] = [];
  const settings = settingsWith(limits);
  const { devices, registrations } = store.collections;

  function gateway(gatewayId: string): Gateway {
    const tell = (what: string) => async (ids: readonly DeviceId[]) => {
      await gateways.newsWait;
      if (gateways.failures-- > 0) throw new Error('The news did not get through.');
      told.push(...ids.map((id) => `${deviceNameOf(id)} ${what}`));
    };
    const own = createRegistrations({
      ...{ store, clock, limits: settings.limits, known: { ...knownByName(store), settingsOf: async () => gateways.settings } },
      onCame: tell('came'),
      onWent: tell('went'),
    });
    const { sealing, versionCounts } = productParts(store, clock);
    const service = createDeviceService({
      ...{ store, sealing, settings, clock, versionCounts },
      memberships: { refresh: async () => undefined } as never,
      endRegistrations: own.end,
      beforeGatewayReset: own.gatewayReset,
      onRemoved: own.end,
    });
    const where = { gatewayId, identity: null, peer: { address: '192.0.2.1', port: 40_000 } };
    return {
      registrations: own,
      devices: service,
      register: (name, fields) =>
        own.register({
          ...{ endpoint: name, version: '1.1', lifetimeSeconds: 600, binding: 'U', queueMode: false },
          ...{ ...where, peer: { address: '192.0.2.1', port: portOf(name) } },
          ...fields,
        }),
      update: (registrationId, fields) => own.update(registrationId, { ...where, ...fields }),
    };
  }

  const found = <T>(document: T | null): T => {
    if (document === null) throw new Error('It is not there.');
    return document;
  };
  const gateways: Gateways = {
    ...{ clock, told, failures: 0, newsWait: Promise.resolve(), gw1: gateway('gw-1'), gw2: gateway('gw-2') },
    settings: { plainCoap: true, awakeSeconds: 93, ackTimeoutSeconds: 2 },
    async addDevices(...names) {
      await devices.insertMany(
        names.map((deviceName) => ({ ...aDevice({ deviceId: idOf(deviceName), productKey: PRODUCT, deviceName }), dialect: 'LWM2M' })),
      );
    },
    device: async (name) => found(await devices.findOne({ _id: idOf(name) })),
    registration: async (name) => found(await registrations.findOne({ _id: idOf(name) })),
    accepted(answer) {
      if ('refused' in answer) throw new Error(answer.refused);
      return answer.registrationId;
    },
  };
  return gateways;
}

/** A port of its own for each device, so that they do not take each other's address. */
const portOf = (name: string): number => 1_024 + [...name].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 60_000, 7);

function knownByName({ collections }: Store): Omit<KnownDevices, 'settingsOf'> {
  const lwm2mDevice: KnownDevices['lwm2mDevice'] = async (deviceId) => {
    const device = await collections.devices.findOne({ _id: deviceId });
    if (device === null) return null;
    const plainCoap = !device.deviceName.startsWith('secure');
    return { deviceId, enabled: device.enabled, endpoint: device.deviceName, plainCoap, awakeSeconds: 93 };
  };
  return {
    lwm2mDevice,
    deviceOfEndpoint: (endpoint) => lwm2mDevice(idOf(endpoint)),
    async pskOf(identity) {
      const [, name] = /^(?:psk|next)-(.+)$/.exec(identity) ?? [];
      const device = name === undefined ? null : await lwm2mDevice(idOf(name));
      return device?.enabled ? { deviceId: device.deviceId, proof: { registration: null, psk: `of ${identity}` } } : null;
    },
  };
}
