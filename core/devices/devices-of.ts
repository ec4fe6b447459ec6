import type { Device } from '../../schema/model/device/device';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { inOrderOf } from '../paging/in-order-of';

type Devices = Collections['devices'];

/** In the order of the ids, null where there is none. */
export const devicesOf = async (devices: Devices, ids: readonly DeviceId[]): Promise<(Device | null)[]> =>
  inOrderOf(ids, await devices.find({ _id: { $in: [...ids] } }).toArray());

/** Those that are there, in the order of the ids. */
export const existingDevices = async (devices: Devices, ids: readonly DeviceId[]): Promise<Device[]> =>
  (await devicesOf(devices, ids)).filter((device) => device !== null);
