import { randomBytes } from 'node:crypto';
import type { mongo } from 'mongoose';
import { connectStore, type Store } from '../../schema/mongo/connect';

/** A database of its own on the test server, with its indexes; `close` drops it. */
export async function testStore(): Promise<Store> {
  const uri = process.env.UPDRAFT_TEST_MONGODB_URI;
  if (!uri) throw new Error('UPDRAFT_TEST_MONGODB_URI is not set: run the tests with `npm test`, which starts MongoDB.');
  const store = await connectStore(uri, { dbName: `updraft-test-${randomBytes(6).toString('hex')}`, appName: 'updraft-test' });
  await store.ensureIndexes();
  return {
    ...store,
    close: async () => {
      await store.connection.dropDatabase();
      await store.close();
    },
  };
}

/** Empties every collection and keeps the indexes: cheaper between tests than a new database. */
export async function emptyStore({ collections }: Store): Promise<void> {
  await Promise.all(Object.values(collections).map((collection: mongo.Collection) => collection.deleteMany({})));
}
