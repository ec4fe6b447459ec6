import { type ConnectionStreak, STREAK_GAP_MS } from '../../schema/model/device/connection-streak';
import type { Device } from '../../schema/model/device/device';
import { type LetInBy, letIn } from '../../schema/model/device/generations';
import type { PresenceBefore, PresenceReason } from '../../schema/model/device/presence-changes';
import type { DeviceId } from '../../schema/model/ids';
import { ONLY_AN_ADDRESS } from '../../schema/model/registration/registration';
import type { Collections } from '../../schema/mongo/connect';

type Devices = Collections['devices'];

/** Who shares its connection, or whose it shares: read with the write. */
const RELATED = { parentId: 1, children: 1, presenceRevision: 1 } as const;
export type Related = Pick<Device, '_id' | keyof typeof RELATED>;

/** As the write has left it. */
export const WRITTEN = { projection: RELATED, returnDocument: 'after' } as const;

const BEFORE = { projection: { ...RELATED, online: 1, onlineChangedAt: 1, wentBy: 1 }, returnDocument: 'before' } as const;

/** One that has come, and where it was before. */
export type Came = Related & { before: PresenceBefore; at: Date };

/** What else is known of a connection. */
export interface Connecting {
  /** Only a device that is so now. */
  only?: { online?: boolean; enabled?: boolean };
  /** What it was let in by has to hold still. */
  by?: LetInBy;
  /** It took the place of another one here, whose end is told as well. */
  tookOver?: boolean;
  /** It has been there for a while, and is not counted. */
  isOld?: boolean;
}

/** One write each. A takeover replaces the session, and is a change too: whoever asks what changed learns of the new gateway. Null: there is none (`only`). */
export async function setConnected(
  devices: Devices,
  deviceId: DeviceId,
  at: { gatewayId: string; sessionId: string },
  now: Date,
  { only, by, tookOver = false, isOld = false }: Connecting = {},
): Promise<Came | null> {
  const { filter, update } = letIn(by);
  const found = { _id: deviceId, ...filter, ...only };
  if (isOld) return cameOf(await devices.findOneAndUpdate(found, { ...present(at, now), ...update }, BEFORE), now);
  const stages = [counted(at, now, tookOver), ...(update.$unset ? [{ $unset: Object.keys(update.$unset) }] : [])];
  return cameOf(await devices.findOneAndUpdate(found, stages, BEFORE), now);
}

/** As the write has left it, by what was there before: each raises the revision by one, and changes no relation. */
function cameOf(found: (Related & PresenceBefore) | null, at: Date): Came | null {
  if (found === null) return null;
  const { online, onlineChangedAt, wentBy, presenceRevision = 0, ...related } = found;
  return { ...related, presenceRevision: presenceRevision + 1, before: { online, onlineChangedAt, wentBy }, at };
}

/** Stage of an update: a connection that is counted. */
export function counted(at: { gatewayId: string; sessionId: string }, now: Date, tookOver: boolean): { $set: object } {
  const revision = { $add: [{ $ifNull: ['$presenceRevision', 0] }, 1] };
  return { $set: { ...literally(present(at, now).$set), presenceRevision: revision, streak: nextStreak(tookOver, now) } };
}

const literally = (fields: object) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { $literal: value }]));

function nextStreak(tookOver: boolean, now: Date): object {
  const goesOn = { $and: ['$streak', { $gte: ['$onlineChangedAt', new Date(now.getTime() - STREAK_GAP_MS)] }] };
  const was = (field: keyof ConnectionStreak, otherwise: unknown) => ({ $cond: [goesOn, `$streak.${field}`, otherwise] });
  const taken = tookOver ? 1 : { $cond: ['$online', 1, 0] };
  return { since: was('since', now), connections: { $add: [was('connections', 0), 1] }, takeovers: { $add: [was('takeovers', 0), taken] } };
}

/** Null when another session has taken over since: that one's device is on-line. */
export const setDisconnected = (devices: Devices, deviceId: DeviceId, sessionId: string, now: Date): Promise<Related | null> =>
  devices.findOneAndUpdate({ _id: deviceId, sessionId }, offline(now, 'CONNECTION'), WRITTEN);

/**
 * `until`: whoever has connected since then is not meant; whoever has no such time is. Without it the process starts or ends, and those that it
 * reaches by an address alone stay: it has lost nothing of them.
 */
export async function resetGateway(devices: Devices, gatewayId: string, now: Date, until?: Date): Promise<void> {
  const meant = until ? { onlineChangedAt: { $not: { $gt: until } } } : { sessionId: { $not: ONLY_AN_ADDRESS } };
  await devices.updateMany({ gatewayId, online: true, ...meant }, offline(now, 'GATEWAY'));
}

const changed = <P extends Pick<Device, 'online' | 'gatewayId' | 'sessionId'> & Pick<Partial<Device>, 'wentBy'>>(
  presence: P,
  now: Date,
) => ({
  $set: { ...presence, onlineChangedAt: now },
  $inc: { presenceRevision: 1 },
});

export const present = (at: { gatewayId: string; sessionId: string }, now: Date) => changed({ online: true, ...at }, now);
export const offline = (now: Date, wentBy: PresenceReason) => changed({ online: false, gatewayId: null, sessionId: null, wentBy }, now);
