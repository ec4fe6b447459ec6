import { randomBytes } from 'node:crypto';
import type { mongo } from 'mongoose';
import { connectStore, type Store } from '../../schema/mongo/connect';

/** In a database of a test file: its collections and indexes were made by an earlier one. */
const READY = 'test-ready';

/** Databases that this test file has opened so far: each file of a worker begins with the worker's first. */
let opened = 0;

/**
 * A database of its own on the test server, empty, with its indexes. To make them takes longer than many a test:
 * on the servers of the run a worker's test files use its databases one after the other, unless one wants a new one.
 */
export async function testStore({ isNew = false } = {}): Promise<Store> {
  const uri = process.env.UPDRAFT_TEST_MONGODB_URI;
  if (!uri) throw new Error('UPDRAFT_TEST_MONGODB_URI is not set: run the tests with `npm test`, which starts MongoDB.');
  const keeps = !isNew && process.env.TEST_KEEPS_DATABASES === '1';
  opened += 1;
  const dbName = `updraft-test-${keeps ? `${process.env.JEST_WORKER_ID}-${opened}` : randomBytes(6).toString('hex')}`;
  const store = await connectStore(uri, { dbName, appName: 'updraft-test', validatesAll: true });
  const { connection } = store;
  const isReady = keeps && (await connection.collection(READY).findOne()) !== null;
  if (isReady)
    await emptyCollections(
      (await connection.listCollections()).map(({ name }) => name),
      connection,
    );
  else await store.ensureIndexes();
  if (keeps && !isReady) await connection.collection(READY).insertOne({});
  return {
    ...store,
    close: async () => {
      if (!keeps) await connection.dropDatabase();
      await store.close();
    },
  };
}

/**
 * A store for the tests of a file: opened before the first, emptied after each, closed after the last. With `keepsDocuments` what a test
 * has written is there for the next. To be called before the file's own hooks, which may use it.
 */
export function useStore({ keepsDocuments = false } = {}): Store {
  let opened: Store | null = null;
  const store = (): Store => {
    if (opened === null) throw new Error('The store is opened before the first test: use it in hooks and tests only.');
    return opened;
  };
  beforeAll(async () => {
    opened = await testStore();
  });
  if (!keepsDocuments) afterEach(() => emptyStore(store()));
  afterAll(() => opened?.close());
  return {
    get connection() {
      return store().connection;
    },
    get collections() {
      return store().collections;
    },
    ensureIndexes: () => store().ensureIndexes(),
    close: () => store().close(),
  };
}

/** For documents that another version of Updraft has stored: this one may not write them. */
export const BY_ANOTHER_VERSION = { bypassDocumentValidation: true } as const;

/** Empties every collection and keeps the indexes: cheaper between tests than a new database. */
export const emptyStore = ({ collections, connection }: Store): Promise<void> =>
  emptyCollections(
    Object.values(collections as unknown as Record<string, mongo.Collection>).map(({ collectionName }) => collectionName),
    connection,
  );

/** Few hold anything: one question finds them. */
async function emptyCollections(names: string[], connection: Store['connection']): Promise<void> {
  const [first, ...others] = names.filter((name) => name !== READY && !name.startsWith('system.'));
  if (first === undefined) return;
  const one = (name: string) => [{ $limit: 1 }, { $project: { _id: 0, name } }];
  const unions = others.map((name) => ({ $unionWith: { coll: name, pipeline: one(name) } }));
  const full = await connection
    .collection(first)
    .aggregate<{ name: string }>([...one(first), ...unions])
    .toArray();
  await Promise.all(full.map(({ name }) => connection.collection(name).deleteMany({})));
}
