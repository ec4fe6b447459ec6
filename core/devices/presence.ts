import type { Device } from '../../schema/model/fleet';
import { type LetInBy, letIn } from '../../schema/model/generations';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';

type Devices = Collections['devices'];

/** Who shares its connection, or whose it shares: read with the write. */
export const RELATED = { parentId: 1, children: 1, presenceRevision: 1 } as const;
export type Related = Pick<Device, '_id' | keyof typeof RELATED>;

/** As the write has left it. */
export const WRITTEN = { projection: RELATED, returnDocument: 'after' } as const;

/** One write each. A takeover replaces the session, and is a change too: whoever asks what changed learns of the new gateway. Null: there is none (`only`). */
export async function setConnected(
  devices: Devices,
  deviceId: DeviceId,
  gatewayId: string,
  sessionId: string,
  now: Date,
  only: { online?: boolean; enabled?: boolean; by?: LetInBy } = {},
): Promise<Related | null> {
  const { by, ...state } = only;
  const { filter, update } = letIn(by);
  return devices.findOneAndUpdate(
    { _id: deviceId, ...filter, ...state },
    { ...present({ gatewayId, sessionId }, now), ...update },
    WRITTEN,
  );
}

/** Null when another session has taken over since: that one's device is on-line. */
export const setDisconnected = (devices: Devices, deviceId: DeviceId, sessionId: string, now: Date): Promise<Related | null> =>
  devices.findOneAndUpdate({ _id: deviceId, sessionId }, offline(now), WRITTEN);

/** `until`: whoever has connected since then is not meant. */
export async function resetGateway(devices: Devices, gatewayId: string, now: Date, until?: Date): Promise<void> {
  await devices.updateMany({ gatewayId, online: true, ...(until && { onlineChangedAt: { $lte: until } }) }, offline(now));
}

const changed = <P extends Pick<Device, 'online' | 'gatewayId' | 'sessionId'>>(presence: P, now: Date) => ({
  $set: { ...presence, onlineChangedAt: now },
  $inc: { presenceRevision: 1 },
});

export const present = (at: { gatewayId: string; sessionId: string }, now: Date) => changed({ online: true, ...at }, now);
export const offline = (now: Date) => changed({ online: false, gatewayId: null, sessionId: null }, now);
