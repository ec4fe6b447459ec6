import { PRESENCE_CHANGES_KEPT, type PresenceChange } from '../../schema/model/device/presence-changes';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { createLateWrites } from '../late-writes';

export interface PresenceLog {
  /** Never waits, never throws: kept for a moment, and written with those of other devices. */
  add(deviceId: DeviceId, changes: readonly PresenceChange[]): void;
  /** As written, oldest first; in the order given. */
  of(deviceIds: readonly DeviceId[]): Promise<PresenceChange[][]>;
  forget(deviceIds: readonly DeviceId[]): Promise<void>;
  /** Writes what is kept; for the end of the process. */
  close(): Promise<void>;
}

const WRITE_EVERY_MS = 2_000;
/** Devices of one write. The others wait for the next. */
const AT_ONCE = 1_000;
/** Devices that may wait: beyond so many, what comes is not written. */
const MOST = 50_000;
/** Of a device that comes and goes in between; what is older gives way. */
const MOST_OF_DEVICE = 20;

/**
 * The presence of devices over time. However a fleet flaps, a process writes once in so many seconds, and a device in it once. That a device
 * went off-line costs no write at all: its document says so, and it is written with its coming again.
 */
export function createPresenceLog(deps: { histories: Collections['presenceHistories']; everyMs?: number }): PresenceLog {
  const { histories, everyMs = WRITE_EVERY_MS } = deps;
  const writes = createLateWrites<PresenceChange[]>({
    ...{ everyMs, atOnce: AT_ONCE, most: MOST },
    write: (taken) => histories.bulkWrite(taken.map(addingOf), { ordered: false, writeConcern: { w: 1, journal: false } }),
  });
  return {
    add(deviceId, changes) {
      if (changes.length > 0) writes.add(deviceId, (before = []) => [...before, ...changes].slice(-MOST_OF_DEVICE));
    },
    async of(deviceIds) {
      const found = await histories.find({ _id: { $in: [...deviceIds] } }).toArray();
      const byId = new Map(found.map(({ _id, changes }) => [_id, changes]));
      return deviceIds.map((id) => byId.get(id) ?? []);
    },
    async forget(deviceIds) {
      writes.drop(deviceIds);
      await histories.deleteMany({ _id: { $in: [...deviceIds] } });
    },
    close: writes.close,
  };
}

/** Of LwM2M devices, which come and go by their registrations. */
export function ofRegistrations(
  log: Pick<PresenceLog, 'add'>,
  clock: Clock,
  tell: (deviceIds: readonly DeviceId[], came: boolean) => Promise<void>,
) {
  const noted = (online: boolean) => (deviceIds: readonly DeviceId[]) => {
    const change: PresenceChange = { at: clock(), online, reason: 'REGISTRATION' };
    for (const id of deviceIds) log.add(id, [change]);
    return tell(deviceIds, online);
  };
  return { onCame: noted(true), onWent: noted(false) };
}

function addingOf([_id, changes]: readonly [DeviceId, PresenceChange[]]) {
  const changedAt = changes.at(-1)?.at ?? new Date(0);
  const update = { $push: { changes: { $each: changes, $sort: { at: 1 as const }, $slice: -PRESENCE_CHANGES_KEPT } }, $set: { changedAt } };
  return { updateOne: { filter: { _id }, update, upsert: true } };
}
