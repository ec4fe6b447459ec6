import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';

/** Questions answered one by one after a range held too much, before it is tried again. */
const ONE_BY_ONE = 20;

/**
 * Which of some ids there are, asked for a thousand at a time. Files are often sorted as the store is: then all that is between the first
 * and the last is read in one go, at a tenth of what a thousand look-ups cost. The answer may hold ids that were not asked for.
 */
export function createIdLookup(devices: Collections['devices']): (ids: readonly DeviceId[]) => Promise<Set<DeviceId>> {
  let oneByOne = 0;

  async function between(ids: readonly DeviceId[]): Promise<Set<DeviceId> | null> {
    const sorted = ids.toSorted();
    const found = await idsOf(devices, { $gte: sorted[0], $lte: sorted.at(-1) }, ids.length + 1);
    return found.size > ids.length ? null : found;
  }

  return async (ids) => {
    if (ids.length === 0) return new Set();
    if (oneByOne === 0) {
      const found = await between(ids);
      if (found) return found;
      oneByOne = ONE_BY_ONE;
    }
    oneByOne -= 1;
    return idsOf(devices, { $in: [...ids] }, ids.length + 1);
  };
}
export type IdLookup = ReturnType<typeof createIdLookup>;

async function idsOf(devices: Collections['devices'], _id: object, limit: number): Promise<Set<DeviceId>> {
  const found = await devices.find({ _id }, { projection: { _id: 1 }, sort: { _id: 1 }, limit, batchSize: limit + 1 }).toArray();
  return new Set(found.map((device) => device._id));
}
