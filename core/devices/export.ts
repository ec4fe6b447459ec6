import type { mongo } from 'mongoose';
import type { Device } from '../../schema/model/device/device';
import type { Collections } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import { requireRole } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import type { DeviceFilter } from './contract';
import { deviceQuery } from './filter';

const READ_AT_ONCE = 1_000;
/** A look for the next of them that no index serves must not hold the store for ever. */
const MAX_TIME_MS = 30_000;

/** Nothing that anybody could sign in with. */
const TOLD = {
  ...{ productKey: 1, deviceName: 1, dialect: 1, enabled: 1, online: 1, onlineChangedAt: 1, modules: 1 },
  ...{ region: 1, owner: 1, parentId: 1, tags: 1, createdAt: 1 },
} as const;

/** Every device that a filter finds, by name, read while it is asked for. */
export function exportDevices(devices: Collections['devices'], viewer: Viewer, filter: DeviceFilter): AsyncIterable<Device> {
  requireRole(viewer, 'VIEWER');
  const query: mongo.Filter<StoredDevice> = deviceQuery({ ...filter, products: viewer.products });
  return devices.find(query, { batchSize: READ_AT_ONCE, maxTimeMS: MAX_TIME_MS, projection: TOLD }).sort({ _id: 1 });
}
