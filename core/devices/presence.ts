import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';

type Devices = Collections['devices'];

/** One write each. A takeover replaces the session, and is a change too: whoever asks what changed learns of the new gateway. */
export async function setConnected(
  devices: Devices,
  deviceId: DeviceId,
  gatewayId: string,
  sessionId: string,
  now: Date,
): Promise<boolean> {
  const { matchedCount } = await devices.updateOne(
    { _id: deviceId },
    { $set: { online: true, gatewayId, sessionId, onlineChangedAt: now } },
  );
  return matchedCount > 0;
}

/** False when another session has taken over since: that one's device is on-line. */
export async function setDisconnected(devices: Devices, deviceId: DeviceId, sessionId: string, now: Date): Promise<boolean> {
  const { matchedCount } = await devices.updateOne({ _id: deviceId, sessionId }, { $set: offline(now) });
  return matchedCount > 0;
}

export async function resetGateway(devices: Devices, gatewayId: string, now: Date): Promise<void> {
  await devices.updateMany({ gatewayId, online: true }, { $set: offline(now) });
}

const offline = (now: Date) => ({ online: false, gatewayId: null, sessionId: null, onlineChangedAt: now });
