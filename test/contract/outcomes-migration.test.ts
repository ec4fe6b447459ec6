import fc from 'fast-check';
import type { Task } from '../../schema/model/task/task';
import type { Store } from '../../schema/mongo/connect';
import { outcomes } from '../../schema/mongo/migrations/0003-outcomes';
import { aTask } from '../support/builders';
import { BY_ANOTHER_VERSION, emptyStore, testStore } from '../support/store';
import { AT, after, events, failing, notified } from '../support/task-histories';

let store: Store;
beforeAll(async () => {
  store = await testStore({ isNew: true });
});
afterEach(() => emptyStore(store));
afterAll(() => store.close());

const asItIs = (_: string, text: string): string => text;
const SEALS = { sealSecret: asItIs, sealRows: asItIs, openRows: asItIs };
const migrate = (signal = new AbortController().signal) => outcomes.run({ collections: store.collections, ...SEALS }, signal);
const outcomeOf = ({ outcome, judgedAt }: Pick<Task, 'outcome' | 'judgedAt'>) => [outcome ?? null, judgedAt ?? null];

test('R-BAT-24 stored tasks get the outcome that they would have had, whatever happened to them, also when it is cut and begun again', async () => {
  const { tasks } = store.collections;
  const seen = fc
    .sample(fc.tuple(events, fc.constantFrom('1.0.0', null)), { numRuns: 3_000, seed: 24 })
    .map(([happened, sourceVersion], index) => after(aTask({ deviceName: `dev-${index}`, sourceVersion }), ...happened));
  await tasks.insertMany(seen.map(({ outcome: _, judgedAt: __, ...before }) => before));
  await expect(migrate(AbortSignal.abort())).rejects.toThrow();
  await migrate();
  await migrate();
  const migrated = new Map((await tasks.find().toArray()).map((task) => [task._id, task]));
  for (const task of seen) expect(outcomeOf(migrated.get(task._id) ?? aTask())).toEqual(outcomeOf(task));
  expect(new Set(seen.map(({ outcome }) => outcome ?? null))).toEqual(new Set(['SUCCEEDED', 'FAILING', 'FAILED', 'REGRESSED', null]));
});

test('R-BAT-24 a task that has an outcome already keeps it', async () => {
  const task = after(aTask(), notified, failing());
  await store.collections.tasks.insertOne({ ...task, outcome: 'FAILING', judgedAt: AT(59) });
  await migrate();
  expect(await store.collections.tasks.findOne({})).toMatchObject({ outcome: 'FAILING', judgedAt: AT(59) });
});

test('R-BAT-24 what a resume had forgiven stays so, and the minimum of a threshold has its new name', async () => {
  const { batches } = store.collections;
  const halt = { failedPercent: 50, minimumFinished: 4 };
  await batches.insertMany(
    [
      { _id: 'resumed', policy: { halt }, haltBase: { succeeded: 1, failed: 2, at: AT(5) }, updatedAt: AT(9) },
      { _id: 'older', policy: { halt }, haltBase: { succeeded: 1, failed: 2 }, updatedAt: AT(9) },
      { _id: 'plain', policy: { halt: null }, updatedAt: AT(9) },
    ] as never[],
    BY_ANOTHER_VERSION,
  );
  await migrate();
  const found = Object.fromEntries((await batches.find().toArray()).map(({ _id, ...batch }) => [_id, batch]));
  const renamed = { halt: { failedPercent: 50, minimumJudged: 4 } };
  expect(found).toEqual({
    resumed: { policy: renamed, judgedFrom: AT(5), updatedAt: AT(9) },
    older: { policy: renamed, judgedFrom: AT(9), updatedAt: AT(9) },
    plain: { policy: { halt: null }, updatedAt: AT(9) },
  });
});
