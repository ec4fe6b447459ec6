import { createHash } from 'node:crypto';
import { type Connection, createConnection, mongo } from 'mongoose';
import { type CollectionName, DECLARATIONS_REVISION, SCHEMAS, UNVALIDATED } from '../../schema/mongo/collections';
import type { Store } from '../../schema/mongo/connect';
import { prepareCollections, validationOf } from '../../schema/mongo/prepare-collections';
import { refusedWrite } from '../../schema/mongo/refused-write';
import { anIotdaTask } from '../support/builders';
import { AT, DOCUMENTS, TASK } from '../support/documents';
import { BY_ANOTHER_VERSION, useStore } from '../support/store';

const store = useStore();

const NAMES = Object.keys(SCHEMAS) as CollectionName[];
const collection = (name: CollectionName): mongo.Collection<{ _id: string }> => databaseOf(store).collection(name);
function databaseOf({ connection: { db } }: Store): mongo.Db {
  if (!db) throw new Error('The test store is not connected.');
  return db;
}
const refusal = (write: Promise<unknown>) =>
  write.then(
    () => 'written',
    (error: unknown) => refusedWrite(error) ?? error,
  );

interface Rules {
  required?: string[];
  properties?: Record<string, Rules>;
  items?: Rules;
  additionalProperties?: Rules;
  anyOf?: Rules[];
  enum?: unknown[];
  bsonType?: string | string[];
}
/** Every change of a document that breaks one of its rules: an update each, and the path it is about. */
function wrongChanges(rules: Rules, value: unknown, path: string[] = []): [path: string, update: mongo.Document][] {
  const at = path.join('.');
  const here: [string, mongo.Document][] = [];
  const isLooked = rules.bsonType !== undefined || rules.anyOf !== undefined;
  if (at !== '' && at !== '_id' && isLooked) here.push([at, { $set: { [at]: new mongo.MinKey() } }]);
  if (rules.enum && !rules.enum.includes(true)) here.push([at, { $set: { [at]: 'NO_SUCH' } }]);
  if (value === null || value === undefined) {
    return here;
  }
  const alternatives = rules.anyOf ?? [rules];
  const own = alternatives.find(({ required = [] }) => required.every((key) => key in Object(value))) ?? rules;
  const missing = (own.required ?? [])
    .filter((key) => key !== '_id')
    .map((key): [string, mongo.Document] => {
      const gone = [...path, key].join('.');
      return [gone, { $unset: { [gone]: true } }];
    });
  const within = Object.entries(own.properties ?? {}).flatMap(([key, each]) =>
    wrongChanges(each, (value as Record<string, unknown>)[key], [...path, key]),
  );
  const values = own.additionalProperties ?? own.items;
  const each = values ? Object.entries(value as object).flatMap(([key, one]) => wrongChanges(values, one, [...path, key])) : [];
  return [...here, ...missing, ...within, ...each];
}

test.each(NAMES)(
  '%s takes what it is declared for, and refuses another type, an unknown value and a field that is missing',
  async (name) => {
    const document = DOCUMENTS[name] as { _id: string };
    await collection(name).insertOne(document);
    await collection(name).updateOne({ _id: document._id }, { $set: { ofALaterVersion: 1 } });
    const wrong = wrongChanges(SCHEMAS[name].toJSONSchema() as Rules, document);
    if (name !== 'settings') expect(wrong.length).toBeGreaterThan(0);
    for (const [path, update] of wrong) {
      const told = await refusal(collection(name).updateOne({ _id: document._id }, update));
      expect(`${path}: ${told}`).toContain(`the document ${document._id} of ${name}: ${path.split('.')[0]}`);
    }
    expect(await collection(name).findOne({ _id: document._id })).toMatchObject({ _id: document._id, ofALaterVersion: 1 });
  },
);

test('numbers may be of any numeric type, as drivers and $inc make them, and dates are no texts', async () => {
  const { tasks } = store.collections;
  await tasks.insertOne(TASK);
  const by = (update: mongo.Document | mongo.Document[]) => refusal(collection('tasks').updateOne({ _id: TASK._id }, update));
  expect(await by({ $inc: { 'download.bytesServed': 0.5 } })).toBe('written');
  expect(await by({ $inc: { revision: mongo.Long.fromNumber(2 ** 40) } })).toBe('written');
  expect(await by([{ $set: { revision: { $add: ['$revision', 1] }, updatedAt: '$$NOW' } }])).toBe('written');
  expect(await by({ $set: { updatedAt: AT.toISOString() } })).toContain('updatedAt is of the type string, not date');
  expect(await by([{ $set: { attempt: { $toString: '$attempt' } } }])).toContain('attempt is of the type string, not number');
});

test('null and absent differ where they mean different things', async () => {
  const { devices } = store.collections;
  await devices.insertOne(DOCUMENTS.devices);
  const by = (update: mongo.Document) => refusal(collection('devices').updateOne({}, update));
  expect(await by({ $set: { parentId: null } })).toContain('parentId is of the type null, not string');
  expect(await by({ $unset: { gatewayId: true } })).toContain('gatewayId is missing');
  expect(await by({ $set: { gatewayId: null, region: null } })).toBe('written');
});

test('of a bulk write the others are written, a transaction writes nothing, and $merge and an insert are refused like an update', async () => {
  const { tasks } = store.collections;
  const [good, bad] = [anIotdaTask(), { ...anIotdaTask(), attempt: 'one' as never }];
  expect(await refusal(tasks.insertMany([bad, good], { ordered: false }))).toContain(`${bad._id} of tasks: attempt is of the type string`);
  expect(await tasks.distinct('_id', {})).toEqual([good._id]);
  const both = store.connection.transaction(async (session) => {
    await tasks.updateOne({ _id: good._id }, { $inc: { revision: 1 } }, { session });
    await tasks.insertOne(bad, { session });
  });
  expect(await refusal(both)).toContain('of tasks: attempt');
  expect(await tasks.findOne({ _id: good._id })).toEqual(good);
  const merged = tasks.aggregate([{ $set: { _id: 'other', status: 'LOST' } }, { $merge: { into: 'tasks' } }]).toArray();
  expect(await refusal(merged)).toContain('the document other of tasks: status is none of UNCONFIRMED, QUEUED');
});

test('a document that an earlier version has stored otherwise can still be changed', async () => {
  const { sealedSecret: _, ...earlier } = DOCUMENTS.devices;
  await store.collections.devices.insertOne(earlier as never, BY_ANOTHER_VERSION);
  expect(await refusal(store.collections.devices.updateOne({}, { $set: { online: true } }))).toBe('written');
});

describe('the validators of a database', () => {
  const commands: string[] = [];
  let watched: Connection;
  beforeAll(async () => {
    const uri = process.env.UPDRAFT_TEST_MONGODB_URI ?? '';
    watched = await createConnection(uri, { dbName: store.connection.name, monitorCommands: true }).asPromise();
    watched.getClient().on('commandStarted', ({ commandName }) => commands.push(commandName));
  });
  beforeEach(() => {
    commands.length = 0;
  });
  afterAll(() => watched.close());
  const stored = async (name: CollectionName) => (await databaseOf(store).listCollections({ name }).toArray())[0] as mongo.CollectionInfo;
  const install = (name: CollectionName, revision: number, level = 'moderate') => {
    const validator = { $comment: revision, $jsonSchema: { title: name, required: ['other'] } };
    return databaseOf(store).command({ collMod: name, validator, validationLevel: level, validationAction: 'error' });
  };

  test('are installed once: a start that finds them changes nothing', async () => {
    await prepareCollections(watched.db as mongo.Db, { validatesAll: true });
    expect(commands.filter((name) => name === 'collMod' || name === 'create')).toEqual([]);
  });

  test('are replaced where they are others, or lifted by a migration', async () => {
    await install('gateways', DECLARATIONS_REVISION);
    await databaseOf(store).command({ collMod: 'uploads', validationLevel: 'off' });
    await prepareCollections(watched.db as mongo.Db);
    expect(commands.filter((name) => name === 'collMod')).toHaveLength(2);
    expect((await stored('gateways')).options).toEqual(validationOf('gateways', SCHEMAS.gateways));
    expect((await stored('uploads')).options).toEqual(validationOf('uploads', SCHEMAS.uploads));
  });

  test('of a newer version stay when an older process starts again beside it', async () => {
    await install('gateways', DECLARATIONS_REVISION + 1);
    await prepareCollections(watched.db as mongo.Db);
    expect((await stored('gateways')).options?.validator).toMatchObject({ $comment: DECLARATIONS_REVISION + 1 });
    await install('gateways', DECLARATIONS_REVISION - 1);
    await prepareCollections(databaseOf(store));
    expect((await stored('gateways')).options).toEqual(validationOf('gateways', SCHEMAS.gateways));
  });

  test('are on every collection but those that they cost too much', async () => {
    const db = watched.useDb(`${databaseOf(store).databaseName}-production`).db as mongo.Db;
    await prepareCollections(db);
    const infos = (await db.listCollections().toArray()) as mongo.CollectionInfo[];
    const without = infos.filter(({ options }) => !options?.validator).map(({ name }) => name);
    await db.dropDatabase();
    expect(infos.length).toBe(NAMES.length);
    expect(new Set(without)).toEqual(UNVALIDATED);
  });

  test('have another revision whenever they are others', () => {
    const all = JSON.stringify(NAMES.map((name) => SCHEMAS[name].toJSONSchema()));
    const digest = createHash('sha256').update(all).digest('hex').slice(0, 12);
    // When this fails a declaration has changed: raise DECLARATIONS_REVISION, and put both here.
    expect([DECLARATIONS_REVISION, digest]).toEqual([21, '6782a76c2e67']);
  });
});
