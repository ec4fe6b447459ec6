import type { mongo } from 'mongoose';
import type { Store } from '../../schema/mongo/connect';
import { transaction } from '../transaction';
import type { Note } from './calls';

/** One document, and what is kept of the call that made it. */
export const insertNoted = <T extends { _id: string }, K>(
  store: Pick<Store, 'connection'>,
  collection: mongo.Collection<T>,
  document: T,
  note: Note<K>,
  answer: K,
): Promise<void> =>
  transaction(store, async (session) => {
    await collection.insertOne(document as mongo.OptionalUnlessRequiredId<T>, { session });
    await note(session, answer);
  });
