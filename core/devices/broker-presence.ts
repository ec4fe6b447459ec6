import { letIn, ownProof, type Proof, provenBy } from '../../schema/model/device/generations';
import type { DeviceId } from '../../schema/model/ids';
import type { Dialect } from '../../schema/model/protocol/dialect';
import type { Collections } from '../../schema/mongo/connect';
import { type Came, offline, type Related, setConnected, WRITTEN } from './presence';

type Devices = Collections['devices'];

/** A message of a device that has come by a broker which keeps the connections. */
export interface Heard {
  deviceId: DeviceId;
  /** The dialect it spoke. */
  dialect: Dialect;
  gatewayId: string;
  /** Takes the place of the session's name, where one is given: whoever saw the old name knows that it was heard since. */
  sessionId: string | null;
  /** Nobody gets to the broker but by our hook. */
  by?: 'HOOK';
}

/**
 * What gateways say about devices behind a broker that is not theirs. Several gateways share such a broker and its `gatewayId`; none of
 * them holds a session, and messages of one device come by all of them.
 */
export interface BrokerPresence {
  /**
   * On-line, if it was not, and as what it is known now. Null: there is no such device, it is disabled, it is registered with another
   * dialect, or nobody has shown yet what it is known by now.
   */
  heard(heard: Heard): Promise<Proof | null>;
  /** Whether nobody has shown yet what the device is known by now. */
  awaits(deviceId: DeviceId): Promise<boolean>;
  /** Somebody has, or its parent speaks for it. False: that does not hold any more. */
  shown(deviceId: DeviceId, by: Proof | { parentId: DeviceId }): Promise<boolean>;
  /** The session's name; null for a device that is not on-line there. */
  sessionAt(deviceId: DeviceId, gatewayId: string): Promise<string | null>;
  /** Off-line, unless it was heard since, or has a session that sorts after `until`. Returns whether it has none there now. */
  left(deviceId: DeviceId, gatewayId: string, session: { is: string } | { until: string }): Promise<boolean>;
  /** Nobody listened for a while: the unfinished tasks of that broker's devices are pushed again. */
  unheard(gatewayId: string): Promise<void>;
}

/** One write where nothing has changed. What comes back as `came` is a device that was not there. */
export async function setHeard(
  devices: Devices,
  { deviceId, dialect, gatewayId, sessionId, by }: Heard,
  now: Date,
): Promise<{ proof: Proof; came: Came | null } | null> {
  const { filter } = letIn(by);
  const allowed = { _id: deviceId, enabled: true, dialect, ...filter };
  const here = { ...allowed, online: true, gatewayId };
  const projection = { generations: 1 } as const;
  const known = await (sessionId === null
    ? devices.findOne(here, { projection })
    : devices.findOneAndUpdate(here, { $set: { sessionId } }, { projection }));
  if (known) return { proof: ownProof(known), came: null };
  const found = await devices.findOne(allowed, { projection });
  const came =
    found && (await setConnected(devices, deviceId, { gatewayId, sessionId: sessionId ?? '' }, now, { by: by ?? ownProof(found) }));
  return came && { proof: ownProof(found), came };
}

export const awaits = async (devices: Devices, deviceId: DeviceId): Promise<boolean> =>
  (await devices.findOne({ _id: deviceId, awaited: true }, { projection: { _id: 1 } })) !== null;

export async function shown(devices: Devices, deviceId: DeviceId, by: Proof | { parentId: DeviceId }): Promise<boolean> {
  const filter = 'registration' in by ? provenBy(by) : { parentId: by.parentId };
  return (await devices.updateOne({ _id: deviceId, ...filter }, { $unset: { awaited: true } })).matchedCount > 0;
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
  return devices.findOneAndUpdate({ _id: deviceId, gatewayId, sessionId }, offline(now, 'BROKER'), WRITTEN);
}
