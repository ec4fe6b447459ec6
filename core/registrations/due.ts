import type { DeviceId } from '../../schema/model/ids';
import { elapsed } from '../../schema/model/registration/changes';
import type { Registration } from '../../schema/model/registration/registration';
import { DISABLED_SESSIONS_INDEX } from '../../schema/mongo/devices';
import type { LostIdentity } from '../devices/contract';
import { changeAll } from './change';
import type { CommitDeps, WritingDeps } from './commit';
import { ofDevices } from './find';

const AT_ONCE = 500;

/**
 * R-DEV-2: registrations whose lifetime is over are deleted, and devices whose window is over go, in bulk; so do those of disabled devices
 * that a crash has left. Several processes may do so at once. Returns how many were looked at.
 */
export async function endDue(deps: WritingDeps, signal?: AbortSignal): Promise<number> {
  const { registrations } = deps.store.collections;
  let ended = await endRegistrations(deps, await leftOfDisabled(deps));
  while (!signal?.aborted) {
    const now = deps.clock();
    const due = await registrations
      .find({ dueAt: { $lte: now } })
      .sort({ dueAt: 1 })
      .limit(AT_ONCE)
      .project<{ _id: DeviceId }>({ _id: 1 })
      .toArray();
    if (due.length === 0) break;
    await changeAll(
      deps,
      due.map(({ _id }) => _id),
      {
        find: (ids) => ofDevices(registrations, ids),
        decide: (_, before) => ({ result: null, ...(before && { after: elapsed(before, now) }) }),
        shutOut: null,
      },
    );
    ended += due.length;
    if (due.length < AT_ONCE) break;
  }
  return ended;
}

/** Disabled or deleted, or nobody can say any more whose they are; of some devices. Returns how many there were. */
export async function endRegistrations(
  deps: WritingDeps,
  ids: readonly DeviceId[],
  isMeant: (registration: Registration) => boolean = () => true,
): Promise<number> {
  const { registrations } = deps.store.collections;
  let ended = 0;
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const were = await changeAll(deps, ids.slice(from, from + AT_ONCE), {
      find: (some) => ofDevices(registrations, some),
      decide: (_, before) => (before && isMeant(before) ? { result: true, after: null } : { result: false }),
      shutOut: true,
    });
    ended += were.filter(Boolean).length;
  }
  return ended;
}

/** By a key, or an endpoint name, that is the device's no more; what it has registered by another key stays. */
export function endLost(deps: WritingDeps, lost: readonly LostIdentity[]): Promise<number> {
  const byId = new Map(lost.map(({ deviceId, identities }) => [deviceId, identities]));
  return endRegistrations(deps, [...byId.keys()], ({ _id, identity }) => {
    const gone = byId.get(_id) ?? [];
    return gone === 'ALL' || gone.includes(identity);
  });
}

/** From an index of nothing else, which holds hardly anything. */
async function leftOfDisabled({ store }: CommitDeps): Promise<DeviceId[]> {
  const found = store.collections.devices
    .find({ gatewayId: { $type: 'string' }, online: true, enabled: false, sessionId: /^coaps? / })
    .hint(DISABLED_SESSIONS_INDEX)
    .limit(AT_ONCE)
    .project<{ _id: DeviceId }>({ _id: 1 });
  return (await found.toArray()).map(({ _id }) => _id);
}
