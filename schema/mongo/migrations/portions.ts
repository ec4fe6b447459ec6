import type { mongo } from 'mongoose';

/** Ids, from one to another. */
interface IdRange {
  $gt: string;
  $lte: string;
}

/**
 * The documents that a filter finds, by ranges of ids with `size` of them in each, so that no command of a migration changes more. Each
 * range is looked for when the one before has been worked on. Throws when the signal says that another process may be at it.
 */
export async function* portions<T extends { _id: string }>(
  collection: mongo.Collection<T>,
  filter: mongo.Filter<T>,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<IdRange> {
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const found = await collection
      .find({ ...filter, _id: { $gt: after } } as mongo.Filter<T>, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(size)
      .toArray();
    const last = found.at(-1);
    if (last === undefined) return;
    yield { $gt: after, $lte: last._id };
    after = last._id;
  }
}
