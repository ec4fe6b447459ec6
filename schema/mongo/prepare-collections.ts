import type { mongo } from 'mongoose';
import { type CollectionName, SCHEMAS } from './collections';

/** Creates what is missing, so that a start which finds everything costs one look, and one a collection for its indexes. */
export async function prepareCollections(db: mongo.Db): Promise<void> {
  const stored = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
  await Promise.all(
    (Object.keys(SCHEMAS) as CollectionName[]).map(async (name) => {
      if (!stored.has(name)) await db.createCollection(name).catch(takeExisting);
      const indexes = SCHEMAS[name].indexes().map(([key, options]) => ({ ...options, key }) as mongo.IndexDescription);
      if (indexes.length > 0) await db.collection(name).createIndexes(indexes);
    }),
  );
}

const NAMESPACE_EXISTS = 48;

/** Another process has made it at this very moment. */
function takeExisting(error: { code?: unknown }): void {
  if (error.code !== NAMESPACE_EXISTS) throw error;
}
