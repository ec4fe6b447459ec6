import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';

type Devices = Collections['devices'];

/** The gateway each connected device has its connection with; a device that is off-line is left out. */
export async function gatewaysOf(devices: Devices, ids: readonly DeviceId[]): Promise<Map<DeviceId, string>> {
  const online = devices.find({ _id: { $in: [...ids] }, online: true }, { projection: { gatewayId: 1 } });
  const gateways = new Map<DeviceId, string>();
  for await (const { _id, gatewayId } of online) if (gatewayId !== null) gateways.set(_id, gatewayId);
  return gateways;
}

/** Those that were deleted or disabled. */
export async function notAllowed(devices: Devices, ids: readonly DeviceId[]): Promise<DeviceId[]> {
  const allowed = devices.find({ _id: { $in: [...ids] }, enabled: true }, { projection: { _id: 1 } });
  const left = new Set(ids);
  for await (const { _id } of allowed) left.delete(_id);
  return [...left];
}

/** Devices of a product that came or went since, with the gateway they are at now. */
export function devicesChangedSince(
  devices: Devices,
  productKey: string,
  since: Date,
): AsyncIterable<{ _id: DeviceId; gatewayId: string | null }> {
  return devices.find({ productKey, onlineChangedAt: { $gte: since } }, { projection: { gatewayId: 1 } });
}
