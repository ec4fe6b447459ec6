import type { mongo } from 'mongoose';

/** Documents removed by one write. */
const PIECE = 1_000;

/**
 * Removes what matches, piece by piece: no command takes long, a crash leaves the rest for the next time, and several processes may be at
 * it. Stops after a piece when told to. Returns how many this call removed.
 */
export async function removeInPieces<T extends { _id: string }>(
  collection: mongo.Collection<T>,
  filter: mongo.Filter<T>,
  signal?: AbortSignal,
): Promise<number> {
  for (let removed = 0; ; ) {
    if (signal?.aborted) return removed;
    const ids = await collection.find(filter).project<{ _id: string }>({ _id: 1 }).limit(PIECE).toArray();
    if (ids.length === 0) return removed;
    const among = { _id: { $in: ids.map(({ _id }) => _id) } } as mongo.Filter<T>;
    removed += (await collection.deleteMany(among)).deletedCount;
  }
}
