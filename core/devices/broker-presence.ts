import type { Dialect } from '../../schema/model/dialect';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { offline, type Related, setConnected, WRITTEN } from './presence';

type Devices = Collections['devices'];

/** A message of a device that has come by a broker which keeps the connections. */
export interface Heard {
  deviceId: DeviceId;
  /** The dialect it spoke. */
  dialect: Dialect;
  gatewayId: string;
  /** Takes the place of the session's name, where one is given: whoever saw the old name knows that it was heard since. */
  sessionId: string | null;
}

/**
 * What gateways say about devices behind a broker that is not theirs. Several gateways share such a broker and its `gatewayId`; none of
 * them holds a session, and messages of one device come by all of them.
 */
export interface BrokerPresence {
  /** On-line, if it was not. False: there is no such device, it is disabled, or it is registered with another dialect. */
  heard(heard: Heard): Promise<boolean>;
  /** The session's name; null for a device that is not on-line there. */
  sessionAt(deviceId: DeviceId, gatewayId: string): Promise<string | null>;
  /** Off-line, unless it was heard since, or has a session that sorts after `until`. Returns whether it has none there now. */
  left(deviceId: DeviceId, gatewayId: string, session: { is: string } | { until: string }): Promise<boolean>;
  /** Nobody listened for a while: the unfinished tasks of that broker's devices are pushed again. */
  unheard(gatewayId: string): Promise<void>;
}

/** One write where nothing has changed. What comes back otherwise is a device that has come. */
export async function setHeard(
  devices: Devices,
  { deviceId, dialect, gatewayId, sessionId }: Heard,
  now: Date,
): Promise<'unknown' | 'known' | Related> {
  const allowed = { _id: deviceId, enabled: true, dialect };
  const here = { ...allowed, online: true, gatewayId };
  const known =
    sessionId === null
      ? (await devices.findOne(here, { projection: { _id: 1 } })) !== null
      : (await devices.updateOne(here, { $set: { sessionId } })).matchedCount > 0;
  if (known) return 'known';
  if ((await devices.findOne(allowed, { projection: { _id: 1 } })) === null) return 'unknown';
  return (await setConnected(devices, deviceId, gatewayId, sessionId ?? '', now)) ?? 'unknown';
}

export async function sessionAt(devices: Devices, deviceId: DeviceId, gatewayId: string): Promise<string | null> {
  const found = await devices.findOne({ _id: deviceId, online: true, gatewayId }, { projection: { sessionId: 1 } });
  return found?.sessionId ?? null;
}

export async function setLeft(
  devices: Devices,
  deviceId: DeviceId,
  gatewayId: string,
  session: { is: string } | { until: string },
  now: Date,
): Promise<Related | null> {
  const sessionId = 'is' in session ? session.is : { $lte: session.until };
  return devices.findOneAndUpdate({ _id: deviceId, gatewayId, sessionId }, offline(now), WRITTEN);
}
