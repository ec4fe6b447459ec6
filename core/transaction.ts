import type { mongo } from 'mongoose';
import type { Collections, Store } from '../schema/mongo/connect';

type Session = mongo.ClientSession;

/** Runs `work` in a transaction. After a conflict with another one it begins again, so `work` may run several times. */
export function transaction<T>({ connection }: Pick<Store, 'connection'>, work: (session: Session) => Promise<T>): Promise<T> {
  return connection.withSession((session) => session.withTransaction(() => work(session))) as Promise<T>;
}

/**
 * Runs `work` in a transaction. Calls that share a key run one after another, across all processes: each first writes the rows of its keys,
 * so that of two concurrent transactions one retries and sees what the other wrote.
 */
export async function serialized<T>(
  store: Pick<Store, 'connection'> & { collections: Pick<Collections, 'settings'> },
  keys: readonly string[],
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const settings = store.collections.settings as unknown as mongo.Collection<{ _id: string; value: number }>;
  for (const _id of keys) await settings.updateOne({ _id }, { $setOnInsert: { value: 0 } }, { upsert: true });
  return transaction(store, async (session) => {
    for (const _id of keys) await settings.updateOne({ _id }, { $inc: { value: 1 } }, { session });
    return work(session);
  });
}
