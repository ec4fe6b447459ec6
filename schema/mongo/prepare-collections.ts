import { isDeepStrictEqual } from 'node:util';
import type { mongo } from 'mongoose';
import { type CollectionName, DECLARATIONS_REVISION, SCHEMAS, UNVALIDATED } from './collections';
import type { CollectionSchema } from './declaration';

const NAMESPACE_EXISTS = 48;

type Validation = Required<Pick<mongo.CreateCollectionOptions, 'validator' | 'validationLevel' | 'validationAction'>>;

/**
 * What MongoDB refuses writes by. Documents that an earlier version has stored otherwise can still be changed (`moderate`): whoever updates
 * Updraft must not find that a batch which has been there for years cannot be changed any more.
 */
export const validationOf = (name: string, schema: CollectionSchema): Validation => ({
  validator: { $comment: DECLARATIONS_REVISION, $jsonSchema: { title: name, ...schema.toJSONSchema() } },
  validationLevel: 'moderate',
  validationAction: 'error',
});

/** Creates what is missing and changes what is others, so that a start which finds everything as it is costs one look a collection. */
export async function prepareCollections(db: mongo.Db, { validatesAll = false } = {}): Promise<void> {
  const stored = new Map((await db.listCollections().toArray()).map((each) => [each.name, 'options' in each ? each.options : {}]));
  await Promise.all(
    (Object.keys(SCHEMAS) as CollectionName[]).map(async (name) => {
      const schema = SCHEMAS[name];
      const wanted = validatesAll || !UNVALIDATED.has(name) ? validationOf(name, schema) : null;
      await installValidator(db, name, wanted, stored.get(name));
      const indexes = schema.indexes().map(([key, options]) => ({ ...options, key }) as mongo.IndexDescription);
      if (indexes.length > 0) await db.collection(name).createIndexes(indexes);
    }),
  );
}

async function installValidator(db: mongo.Db, name: string, wanted: Validation | null, stored: mongo.Document | undefined): Promise<void> {
  if (stored === undefined) {
    await db.createCollection(name, wanted ?? {}).catch((error: { code?: unknown }) => {
      // Another process has made it at this very moment.
      if (error.code !== NAMESPACE_EXISTS) throw error;
    });
    return;
  }
  if (wanted === null) return;
  const { validator, validationLevel, validationAction } = stored;
  // A process of an older version that starts again beside newer ones leaves what those have installed.
  if (validator?.$comment > DECLARATIONS_REVISION) return;
  if (!isDeepStrictEqual({ validator, validationLevel, validationAction }, wanted)) await db.command({ collMod: name, ...wanted });
}
