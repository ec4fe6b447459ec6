import type { Device } from '../../../schema/model/device/device';
import { changesOfComing } from '../../../schema/model/device/presence-changes';
import { type DeviceId, isBrokerGateway } from '../../../schema/model/ids';
import { traitsOf } from '../../../schema/model/protocol/dialect';
import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { offline, present } from '../presence';
import type { PresenceLog } from '../presence-log';
import { isThroughParent, THROUGH_PARENT, throughParent } from './session-name';

type Devices = Collections['devices'];
/** Where a parent's connection is; null: it has none, or none that its children could use. */
type ParentPresence = { gatewayId: string; sessionId: string } | null;

const PRESENCE = { enabled: 1, online: 1, onlineChangedAt: 1, gatewayId: 1, sessionId: 1, parentId: 1, dialect: 1, wentBy: 1 } as const;
type Present = Pick<Device, '_id' | keyof typeof PRESENCE>;

/** A parent that comes and goes all the time: its next event goes on. */
const LOOKS = 8;

export interface FollowDeps {
  devices: Devices;
  clock: Clock;
  log?: Pick<PresenceLog, 'add'>;
  /** After the documents say so. `gatewayId` is null for children that went off-line. */
  onChildren?(deviceIds: readonly DeviceId[], gatewayId: string | null): Promise<void>;
}

/**
 * At a broker of its own a parent's session has another name after each message, so its children's is named after the broker. In a dialect
 * where devices have topics of their own nobody knows over whose connection one is reached there: each is on-line by what is heard of it.
 */
function presenceFor(device: Present | null): ParentPresence {
  if (!device?.enabled || !device.online || device.gatewayId === null || device.sessionId === null) return null;
  const { gatewayId, sessionId } = device;
  if (!isBrokerGateway(gatewayId)) return { gatewayId, sessionId };
  return traitsOf(device).childTopics === 'own' ? null : { gatewayId, sessionId: gatewayId };
}

/** What has to change: `on` comes on-line or moves, `off` goes. A child with a connection of its own keeps it. */
function differing(children: readonly Present[], presence: ParentPresence): { on: DeviceId[]; off: DeviceId[]; through: DeviceId[] } {
  const onLine = children.filter(({ enabled, online, sessionId }) => presence && enabled && (!online || isThroughParent(sessionId)));
  const named = presence && throughParent(presence.sessionId);
  const on = onLine.filter(({ sessionId, gatewayId }) => sessionId !== named || gatewayId !== presence?.gatewayId);
  const off = children.filter(({ enabled, sessionId }) => isThroughParent(sessionId) && !(presence && enabled));
  const ids = (of: readonly Present[]) => of.map(({ _id }) => _id);
  return { on: ids(on), off: ids(off), through: ids(onLine) };
}

const presentOf = (devices: Devices, id: DeviceId): Promise<Present | null> =>
  devices.findOne<Present>({ _id: id }, { projection: PRESENCE });

/**
 * Gives the children of a parent its presence: not what an event said, but what its document says, and says still afterwards. So whoever
 * comes last makes it right, whatever overtook what, and doing it twice changes nothing. Whose presence has changed is told;
 * with `tellAll` every child that is on-line by the parent, as after a connection. `among`: the others are not looked at.
 */
export async function followParent(
  { devices, clock, log, onChildren }: FollowDeps,
  parentId: DeviceId,
  { tellAll = false, among }: { tellAll?: boolean; among?: readonly DeviceId[] } = {},
): Promise<void> {
  const wanted = { parentId, ...(among && { _id: { $in: [...among] } }) };
  const told = new Map<DeviceId, string | null>();
  let presence = presenceFor(await presentOf(devices, parentId));
  for (let look = 0; look < LOOKS; look += 1) {
    const children = await devices.find(wanted).project<Present>(PRESENCE).toArray();
    const { on, off, through } = differing(children, presence);
    const [now, coming] = [clock(), new Set(on)];
    await write(devices, parentId, { on, off }, presence, now);
    const came = children.filter(({ _id }) => coming.has(_id));
    for (const child of came) log?.add(child._id, changesOfComing(child, { at: now, online: true, reason: 'PARENT' }));
    for (const id of tellAll ? through : on) told.set(id, presence?.gatewayId ?? null);
    for (const id of off) told.set(id, null);
    const before = presence;
    presence = presenceFor(await presentOf(devices, parentId));
    if (before?.sessionId === presence?.sessionId && before?.gatewayId === presence?.gatewayId) break;
  }
  for (const to of new Set(told.values())) {
    await onChildren?.(
      [...told].filter(([, gatewayId]) => gatewayId === to).map(([id]) => id),
      to,
    );
  }
}

/** Each condition is looked at once more where it is written. */
async function write(
  devices: Devices,
  parentId: DeviceId,
  { on, off }: { on: readonly DeviceId[]; off: readonly DeviceId[] },
  presence: ParentPresence,
  now: Date,
): Promise<void> {
  if (presence && on.length > 0) {
    const { gatewayId, sessionId } = presence;
    await devices.updateMany(
      { _id: { $in: [...on] }, parentId, enabled: true, $or: [{ online: false }, { sessionId: THROUGH_PARENT }] },
      present({ gatewayId, sessionId: throughParent(sessionId) }, now),
    );
  }
  if (off.length === 0) return;
  const gone = { _id: { $in: [...off] }, parentId, sessionId: THROUGH_PARENT, ...(presence && { enabled: false }) };
  await devices.updateMany(gone, offline(now, 'PARENT'));
}

/**
 * R-TASK-7: for the scan that makes right what events left behind: some devices, among them children. The others of a parent with one
 * that needs it follow as well, unless it is told `onlyThem`.
 */
export async function followParentsOf(deps: FollowDeps, ids: readonly DeviceId[], { onlyThem = false } = {}): Promise<void> {
  const children = await deps.devices
    .find({ _id: { $in: [...ids] }, parentId: { $exists: true } })
    .project<Present>(PRESENCE)
    .toArray();
  if (children.length === 0) return;
  const parentIds = [...new Set(children.flatMap(({ parentId }) => parentId ?? []))];
  const parents = new Map(
    (
      await deps.devices
        .find({ _id: { $in: parentIds } })
        .project<Present>(PRESENCE)
        .toArray()
    ).map((device) => [device._id, device]),
  );
  for (const parentId of parentIds) {
    const own = children.filter((child) => child.parentId === parentId);
    const { on, off } = differing(own, presenceFor(parents.get(parentId) ?? null));
    if (on.length + off.length > 0) await followParent(deps, parentId, onlyThem ? { among: own.map(({ _id }) => _id) } : {});
  }
}
