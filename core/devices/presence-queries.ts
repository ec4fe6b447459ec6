import type { Device } from '../../schema/model/device/device';
import { holds } from '../../schema/model/device/generations';
import type { Present } from '../../schema/model/device/presence';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { isThroughParent } from './children/session-name';
import type { Connected, ConnectedReview } from './contract';

type Devices = Collections['devices'];

const REVIEWED = { certificates: 1, lwm2m: 1, online: 1, generations: 1, parentId: 1 } as const;
type Reviewed = Pick<Device, keyof typeof REVIEWED>;

/** Where devices are, and since which change. */
export async function presenceOf(devices: Devices, ids: readonly DeviceId[]): Promise<Map<DeviceId, Present>> {
  const found = devices.find({ _id: { $in: [...ids] } }, { projection: { gatewayId: 1, presenceRevision: 1 } });
  const present = new Map<DeviceId, Present>();
  for await (const { _id, gatewayId, presenceRevision = 0 } of found) present.set(_id, { gatewayId, presenceRevision });
  return present;
}

/** Since when a device is reached over its parent's connection; null: over its own, or not at all. */
export async function throughParentSince(devices: Devices, _id: DeviceId): Promise<Date | null> {
  const device = await devices.findOne({ _id }, { projection: { sessionId: 1, onlineChangedAt: 1 } });
  return device && isThroughParent(device.sessionId) ? device.onlineChangedAt : null;
}

/** Compares connections with the stored devices: those of deleted or disabled ones, and those that what let in holds no more, are not allowed. */
export async function reviewConnected(devices: Devices, connected: readonly Connected[]): Promise<ConnectedReview> {
  const ids = connected.map(({ deviceId }) => deviceId);
  const found = devices.find({ _id: { $in: ids }, enabled: true }, { projection: REVIEWED });
  const review: ConnectedReview = { notAllowed: [], offline: [] };
  const stored = new Map<DeviceId, Reviewed>();
  for await (const { _id, ...device } of found) stored.set(_id, device);
  for (const { deviceId, certificate, proof } of connected) {
    const device = stored.get(deviceId);
    const isLost = device && ((certificate && !device.certificates?.includes(certificate)) || (proof && !holds(proof, device)));
    if (!device || isLost) review.notAllowed.push(deviceId);
    else if (!device.online) review.offline.push(deviceId);
  }
  return review;
}

/** Devices of a product that came or went since, with the gateway they are at now. */
export function devicesChangedSince(devices: Devices, productKey: string, since: Date): AsyncIterable<{ _id: DeviceId } & Present> {
  return devices.find({ productKey, onlineChangedAt: { $gte: since } }, { projection: { gatewayId: 1, presenceRevision: 1 } });
}
