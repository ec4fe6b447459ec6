import type { DeviceLink } from '../core/ports';
import { type Dialect, dialectOf, type Speaking } from '../schema/model/protocol/dialect';

/** A transport, as pushes see it. */
export interface Reach {
  readonly dialects: readonly Dialect[];
  readonly link: DeviceLink;
}

/** One link over several transports: a device is reached by the one that speaks its dialect. */
export function linkOver(gatewayId: string, transports: readonly Reach[]): DeviceLink {
  const to = (device: Speaking): DeviceLink | undefined => transports.find(({ dialects }) => dialects.includes(dialectOf(device)))?.link;
  return {
    gatewayId,
    isConnected: (deviceId) => transports.some(({ link }) => link.isConnected(deviceId)),
    notify: async (notification, parentId) => (await to(notification)?.notify(notification, parentId)) ?? false,
    queryVersion: async (device, parentId) => (await to(device)?.queryVersion(device, parentId)) ?? false,
    roomFor: (device) => to(device)?.roomFor?.(device) ?? Number.POSITIVE_INFINITY,
  };
}
