import { secretSeals } from '../../core/device-secrets/secret-seals';
import { connectStore, type Store } from '../../schema/mongo/connect';
import { MIGRATIONS } from '../../schema/mongo/migrations';
import { deviceNameIndex } from '../../schema/mongo/migrations/0007-device-name-index';
import { batchFiles } from '../../schema/mongo/migrations/0008-batch-files';
import type { Migration } from '../../schema/mongo/migrations/migration';
import { NewerDatabase, runMigrations } from '../../schema/mongo/migrations/run';
import { MASTER_KEY } from '../support/core-parts';
import { slowness } from '../support/devices/patience';
import { emptyStore, testStore } from '../support/store';

let store: Store;
beforeAll(async () => {
  store = await testStore({ isNew: true });
});
afterEach(async () => {
  await emptyStore(store);
  await store.connection.db?.collection('migrations').deleteMany({});
});
afterAll(() => store.close());

/** A process that stands still for as long as a lease loses it. */
const SOON = { leaseMs: Math.round(2_000 * slowness()), pauseMs: 20 };
const kept = () => store.collections.settings;
const tools = (of = store) => ({ collections: of.collections, ...secretSeals([MASTER_KEY]) });

/** Counts on a number in the store, so that a second run shows. */
const counting = (number: number, run?: Migration['run']): Migration => ({
  number,
  name: `counts ${number}`,
  async run(given, signal) {
    await run?.(given, signal);
    await given.collections.settings.updateOne({ _id: `ran-${number}` }, [{ $set: { value: { $add: [{ $ifNull: ['$value', 0] }, 1] } } }], {
      upsert: true,
    });
  },
});
const runsOf = async (number: number) => Number((await kept().findOne({ _id: `ran-${number}` }))?.value ?? 0);

test('migrations run in their order, each once', async () => {
  const order: number[] = [];
  const migrations = [2, 1].map((number) => counting(number, async () => void order.push(number)));
  expect(await runMigrations(store.connection, migrations, tools(), SOON)).toEqual([1, 2]);
  expect(await runMigrations(store.connection, migrations, tools(), SOON)).toEqual([]);
  expect(await runMigrations(store.connection, [...migrations, counting(3)], tools(), SOON)).toEqual([3]);
  expect(order).toEqual([1, 2]);
  expect(await Promise.all([1, 2, 3].map(runsOf))).toEqual([1, 1, 1]);
});

test('of processes that start together one migrates, and all wait until it is done', async () => {
  const others = await Promise.all(
    [1, 2, 3].map(() => connectStore(process.env.UPDRAFT_TEST_MONGODB_URI ?? '', { dbName: store.connection.name })),
  );
  let under = 0;
  let most = 0;
  const slow = counting(1, async () => {
    most = Math.max(most, ++under);
    await new Promise((resolve) => setTimeout(resolve, 2 * SOON.leaseMs));
    under -= 1;
  });
  const ran = await Promise.all(
    [store, ...others].map(async (each) => {
      const numbers = await runMigrations(each.connection, [slow], tools(each), SOON);
      return [numbers.length, await runsOf(1)];
    }),
  );
  expect(ran.map(([numbers]) => numbers).sort()).toEqual([0, 0, 0, 1]);
  expect(ran.map(([, runs]) => runs)).toEqual([1, 1, 1, 1]);
  expect(most).toBe(1);
  await Promise.all(others.map((other) => other.close()));
});

test('a migration that failed runs again, and whoever died in one is not waited for', async () => {
  let fails = true;
  const failing = counting(1, async () => {
    if (fails) throw new Error('the process is killed');
  });
  await expect(runMigrations(store.connection, [failing], tools(), SOON)).rejects.toThrow('killed');
  await store.connection.db
    ?.collection<{ _id: string }>('migrations')
    .updateOne({ _id: 'lock' }, { $set: { heldBy: 'a dead process', renewedAt: new Date() } }, { upsert: true });
  fails = false;
  expect(await runMigrations(store.connection, [failing], tools(), SOON)).toEqual([1]);
  expect(await runsOf(1)).toBe(1);
});

test('a database of a newer version is refused before anything is read or written', async () => {
  await runMigrations(store.connection, [counting(1), counting(99)], tools(), SOON);
  await expect(runMigrations(store.connection, [counting(1), counting(2)], tools(), SOON)).rejects.toThrow(NewerDatabase);
  expect(await runsOf(2)).toBe(0);
});

test('a migration may write what the validators of the version before refuse; afterwards those of this one hold', async () => {
  const { gateways } = store.collections;
  const other = counting(1, async () => void (await gateways.insertOne({ _id: 'g', startedAt: 'later' } as never)));
  await runMigrations(store.connection, [other], tools(), SOON);
  await store.ensureIndexes();
  expect(await gateways.countDocuments()).toBe(1);
  await expect(gateways.insertOne({ _id: 'h', startedAt: 'later' } as never)).rejects.toThrow('Document failed validation');
});

test('the index of product and device name goes, and it does not matter whether it or its collection is there', async () => {
  const { devices } = store.collections;
  const migrate = () => deviceNameIndex.run(tools(), new AbortController().signal);
  const names = async () => (await devices.indexes()).map(({ name }) => name);
  const others = await names();
  await devices.createIndex({ productKey: 1, deviceName: 1 }, { unique: true });
  await migrate();
  expect(await names()).toEqual(others);
  await migrate();
  const empty = await connectStore(process.env.UPDRAFT_TEST_MONGODB_URI ?? '', { dbName: `${store.connection.name}-empty` });
  await deviceNameIndex.run(tools(empty), new AbortController().signal);
  await empty.close();
});

test('R-FLOW-7 batches under way say how many files their package has, where there are several', async () => {
  const { batches, packages } = store.collections;
  const file = { name: 'fw.bin', size: 1 };
  const unchecked = { bypassDocumentValidation: true };
  await packages.insertMany(
    [
      { _id: 'one', version: '1', files: [file] },
      { _id: 'two', version: '2', files: [file, file] },
    ] as never[],
    unchecked,
  );
  const batch = (_id: string, packageId: string, status: string) => ({ _id, packageId, status, idempotency: null });
  await batches.insertMany(
    [
      batch('single', 'one', 'RUNNING'),
      batch('several', 'two', 'RUNNING'),
      batch('over', 'two', 'FINISHED'),
      batch('orphan', 'gone', 'PAUSED'),
    ] as never[],
    unchecked,
  );
  const filesOf = async () =>
    Object.fromEntries((await batches.find({}, { projection: { files: 1 } }).toArray()).map(({ _id, files }) => [_id, files]));
  for (const number of [1, 2]) {
    await runMigrations(
      store.connection,
      [{ ...batchFiles, number: 1 }, ...(number === 2 ? [{ ...batchFiles, number }] : [])],
      tools(),
      SOON,
    );
    expect(await filesOf()).toEqual({ single: undefined, several: 2, over: undefined, orphan: undefined });
  }
});

test('no two migrations have the same number', () => {
  const numbers = MIGRATIONS.map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
});
