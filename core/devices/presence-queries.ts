import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import type { Connected } from '../device-sets';

type Devices = Collections['devices'];

/** The gateway each connected device has its connection with; a device that is off-line is left out. */
export async function gatewaysOf(devices: Devices, ids: readonly DeviceId[]): Promise<Map<DeviceId, string>> {
  const online = devices.find({ _id: { $in: [...ids] }, online: true }, { projection: { gatewayId: 1 } });
  const gateways = new Map<DeviceId, string>();
  for await (const { _id, gatewayId } of online) if (gatewayId !== null) gateways.set(_id, gatewayId);
  return gateways;
}

/** Those that were deleted or disabled, and those whose certificate was taken away. */
export async function notAllowed(devices: Devices, connected: readonly Connected[]): Promise<DeviceId[]> {
  const ids = connected.map(({ deviceId }) => deviceId);
  const found = devices.find({ _id: { $in: ids }, enabled: true }, { projection: { certificates: 1 } });
  const allowed = new Map<DeviceId, readonly string[]>();
  for await (const { _id, certificates = [] } of found) allowed.set(_id, certificates);
  return connected
    .filter(({ deviceId, certificate }) => !(certificate ? allowed.get(deviceId)?.includes(certificate) : allowed.has(deviceId)))
    .map(({ deviceId }) => deviceId);
}

/** Devices of a product that came or went since, with the gateway they are at now. */
export function devicesChangedSince(
  devices: Devices,
  productKey: string,
  since: Date,
): AsyncIterable<{ _id: DeviceId; gatewayId: string | null }> {
  return devices.find({ productKey, onlineChangedAt: { $gte: since } }, { projection: { gatewayId: 1 } });
}
