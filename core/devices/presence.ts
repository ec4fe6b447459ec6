import type { Device } from '../../schema/model/fleet';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';

type Devices = Collections['devices'];

/** Who shares its connection, or whose it shares: read with the write. */
export const RELATED = { parentId: 1, children: 1 } as const;
export type Related = Pick<Device, '_id' | keyof typeof RELATED>;

/** One write each. A takeover replaces the session, and is a change too: whoever asks what changed learns of the new gateway. Null: there is none (`only`). */
export async function setConnected(
  devices: Devices,
  deviceId: DeviceId,
  gatewayId: string,
  sessionId: string,
  now: Date,
  only: { online?: boolean; enabled?: boolean } = {},
): Promise<Related | null> {
  return devices.findOneAndUpdate(
    { _id: deviceId, ...only },
    { $set: { online: true, gatewayId, sessionId, onlineChangedAt: now } },
    { projection: RELATED },
  );
}

/** Null when another session has taken over since: that one's device is on-line. */
export const setDisconnected = (devices: Devices, deviceId: DeviceId, sessionId: string, now: Date): Promise<Related | null> =>
  devices.findOneAndUpdate({ _id: deviceId, sessionId }, { $set: offline(now) }, { projection: RELATED });

export async function resetGateway(devices: Devices, gatewayId: string, now: Date): Promise<void> {
  await devices.updateMany({ gatewayId, online: true }, { $set: offline(now) });
}

export const offline = (now: Date) => ({ online: false, gatewayId: null, sessionId: null, onlineChangedAt: now });
