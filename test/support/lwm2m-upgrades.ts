import type { Batch, BatchPolicy } from '../../schema/model/batch/batch';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { Task, TaskStatus } from '../../schema/model/task/task';
import type { DeviceObserver } from './devices/device-events';
import type { Fleet } from './devices/fleet';
import type { Lwm2mDevice } from './devices/lwm2m/lwm2m-device';
import { slowness } from './devices/patience';
import { type Lwm2mFleetDevice, startLwm2mFleet } from './lwm2m-fleet';
import { startUpdraft, type Updraft } from './updraft';

type Settings = NonNullable<Parameters<typeof startLwm2mFleet>[2]>;

export interface Upgraded {
  batch: Batch;
  fleet: Fleet;
  /** The only device of the fleet. */
  device: Lwm2mDevice;
  /** By device name, as they are now. */
  tasks(): Promise<Map<string, Task>>;
  /** When all have ended: status and cause by device name. */
  ends(): Promise<Record<string, [TaskStatus, string | null]>>;
}

export interface UpgradeOptions {
  /** Default 2.0.0. */
  version?: string;
  /** Bytes, of the first package of that version. Default 8 KiB: eight blocks. */
  size?: number;
  policy?: Partial<BatchPolicy>;
  settings?: Settings;
  observer?: DeviceObserver;
}

export interface Lwm2mUpgradePlatform {
  updraft: Updraft;
  /** Registers and starts the devices. */
  fleet(devices: readonly Lwm2mFleetDevice[], settings?: Settings, observer?: DeviceObserver): Promise<Fleet>;
  /** The same, and makes a batch over them. */
  upgrade(devices: readonly Lwm2mFleetDevice[], options?: UpgradeOptions): Promise<Upgraded>;
  /** A batch over devices that there are already. */
  again(fleet: Fleet, deviceNames: readonly string[], options?: UpgradeOptions): Promise<Upgraded>;
  stop(): Promise<void>;
}

/** The real platform with its CoAP ports, for upgrades whose waits nothing reaches: a minute of it is short, and each wait has many. */
export async function startLwm2mUpgrades(overrides: Record<string, string> = {}): Promise<Lwm2mUpgradePlatform> {
  const updraft = await startUpdraft({
    UPDRAFT_COAP_PORT: '0',
    UPDRAFT_COAPS_PORT: '0',
    UPDRAFT_MINUTE_MS: `${Math.round(500 * slowness())}`,
    ...overrides,
  });
  const { core, productKey, platform } = updraft;
  const { coapUrl = '', coapsUrl = '' } = platform;
  const fleets: Fleet[] = [];
  const packages = new Map<string, Promise<FirmwarePackage>>();

  const again: Lwm2mUpgradePlatform['again'] = async (fleet, deviceNames, { version = '2.0.0', size = 8_192, policy = {} } = {}) => {
    const firmware = packages.get(version) ?? updraft.package(version, size);
    packages.set(version, firmware);
    const batch = await updraft.push(await firmware, policy, { scope: { kind: 'targeted', deviceNames: [...deviceNames] } });
    const tasks = async () => new Map((await updraft.tasks(batch)).map((task) => [task.deviceName, task]));
    return {
      ...{ batch, fleet, tasks },
      device: fleet.lwm2m(deviceNames[0] ?? ''),
      async ends() {
        await updraft.settled(batch);
        return Object.fromEntries([...(await tasks())].map(([name, { status, cause }]) => [name, [status, cause]]));
      },
    };
  };

  const fleetOf: Lwm2mUpgradePlatform['fleet'] = async (devices, settings, observer) => {
    const fleet = await startLwm2mFleet({ core, productKey, coapUrl, coapsUrl }, devices, settings, observer);
    fleets.push(fleet);
    return fleet;
  };

  return {
    updraft,
    again,
    fleet: fleetOf,
    async upgrade(devices, options = {}) {
      const fleet = await fleetOf(devices, options.settings, options.observer);
      return again(
        fleet,
        devices.map(({ deviceName }) => deviceName),
        options,
      );
    },
    async stop() {
      await Promise.all(fleets.map((fleet) => fleet.stop()));
      await updraft.stop();
    },
  };
}

export const succeeded: [TaskStatus, null] = ['SUCCEEDED', null];
