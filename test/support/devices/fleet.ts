import { type DeviceCounts, type DeviceObserver, noCounts } from './device-events';
import { createDevices } from './family';
import type { IotdaDevice, IotdaDeviceDescription } from './iotda/iotda-device';
import { LinkDevice, type LinkDeviceDescription, type LinkDeviceSettings } from './link/link-device';
import type { DtlsOf } from './lwm2m/line/dtls-line';
import type { Lwm2mDeviceDescription, Lwm2mDeviceSettings } from './lwm2m/lwm2m-description';
import { Lwm2mDevice } from './lwm2m/lwm2m-device';

interface Descriptions {
  LINK: LinkDeviceDescription & { dialect?: 'LINK' };
  IOTDA: IotdaDeviceDescription;
  LWM2M: Lwm2mDeviceDescription;
}
export type DeviceDialect = keyof Descriptions;
/** A Link device, unless it says otherwise. */
export type DeviceDescription = Descriptions[DeviceDialect];
export type MqttDeviceDescription = Descriptions['LINK' | 'IOTDA'];
export type VirtualDevice = LinkDevice | IotdaDevice | Lwm2mDevice;

export interface FleetSettings extends Omit<LinkDeviceSettings, 'mqttUrl'> {
  /** Where Link and IoTDA devices connect. */
  mqttUrl?: string;
  /** Where LwM2M devices register; those with keys at `secureServer`, if there is one. */
  lwm2m?: Pick<Lwm2mDeviceSettings, 'server' | 'pull' | 'bareVersion'> & { secureServer?: string };
}

/** Plain JSON: what a fleet in another process is described by. */
export interface FleetDescription extends FleetSettings {
  devices: readonly DeviceDescription[];
  /** Devices connecting at the same time. Default 64. */
  concurrency?: number;
}

export interface FleetStats extends DeviceCounts {
  devices: number;
  connected: number;
  /** Devices by the version their default module runs. */
  byVersion: Record<string, number>;
}

export interface FleetStart {
  /** Started, devices that begin off-line included. */
  started: number;
  /** With the reason; these are not tried again. */
  failed: { deviceName: string; message: string }[];
}

export interface Fleet {
  /** Connects all that don't begin off-line. */
  start(): Promise<FleetStart>;
  stop(): Promise<void>;
  /** A Link device of the fleet. */
  device(deviceName: string): LinkDevice;
  /** A device of either dialect that speaks MQTT. */
  mqtt(deviceName: string): LinkDevice | IotdaDevice;
  lwm2m(deviceName: string): Lwm2mDevice;
  /** A device of any dialect. */
  any(deviceName: string): VirtualDevice;
  /** Brings off-line devices up: those named, or all. */
  comeOnline(deviceNames?: readonly string[]): Promise<void>;
  stats(): FleetStats;
}

/** Thousands of virtual devices in this process. `observer` sees every event of every device. `dtlsOf`: for LwM2M devices with keys. */
export function createFleet(description: FleetDescription, observer?: DeviceObserver, dtlsOf?: DtlsOf): Fleet {
  const { devices: described, concurrency = 64, ...settings } = description;
  const devices = new Map<string, VirtualDevice>();
  const deviceOf = createDevices(described, settings, observer, dtlsOf);
  for (const one of described) {
    if (devices.has(one.deviceName)) throw new Error(`${one.deviceName} is described twice`);
    devices.set(one.deviceName, deviceOf(one));
  }
  const any = (deviceName: string) => {
    const found = devices.get(deviceName);
    if (!found) throw new Error(`no device ${deviceName} in this fleet`);
    return found;
  };
  return {
    any,
    device(deviceName) {
      const found = any(deviceName);
      if (!(found instanceof LinkDevice)) throw new Error(`${deviceName} is no Link device`);
      return found;
    },
    mqtt(deviceName) {
      const found = any(deviceName);
      if (found instanceof Lwm2mDevice) throw new Error(`${deviceName} speaks LwM2M`);
      return found;
    },
    lwm2m(deviceName) {
      const found = any(deviceName);
      if (!(found instanceof Lwm2mDevice)) throw new Error(`${deviceName} does not speak LwM2M`);
      return found;
    },
    async start() {
      const failed: FleetStart['failed'] = [];
      await eachOf(devices.values(), concurrency, async (one) => {
        try {
          await one.start();
        } catch (error) {
          failed.push({ deviceName: one.deviceName, message: error instanceof Error ? error.message : String(error) });
        }
      });
      return { started: devices.size - failed.length, failed };
    },
    stop: () => eachOf(devices.values(), concurrency, (one) => one.stop()),
    comeOnline: (names) => eachOf(names ? names.map(any) : devices.values(), concurrency, (one) => one.comeOnline()),
    stats: () => collect([...devices.values()]),
  };
}

function collect(devices: VirtualDevice[]): FleetStats {
  const stats: FleetStats = { ...noCounts(), devices: devices.length, connected: 0, byVersion: {} };
  for (const { counts, connected, version } of devices) {
    for (const key of Object.keys(counts) as (keyof DeviceCounts)[]) stats[key] += counts[key];
    if (connected) stats.connected += 1;
    stats.byVersion[version] = (stats.byVersion[version] ?? 0) + 1;
  }
  return stats;
}

async function eachOf<T>(items: Iterable<T>, concurrency: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
