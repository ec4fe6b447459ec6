import type { mongo } from 'mongoose';
import { useOf, usesOf } from '../../core/cells/use';
import { WAITING_INDEX } from '../../schema/mongo/tasks';
import { aCellTask, cellProcess, insertBatches, requestOf } from '../support/cell-tasks';
import { handClock } from '../support/core-parts';
import { useStore } from '../support/store';

const store = useStore();
const WAITING = 20_000;
const START = new Date('2026-01-01T12:00:00Z');

const database = (): mongo.Db => {
  if (!store.connection.db) throw new Error('The test store is not connected.');
  return store.connection.db;
};

/** Of all reads and writes of tasks meanwhile: keys and documents that MongoDB looked at. */
async function examined(work: () => Promise<unknown>): Promise<{ keys: number; documents: number; plans: Set<string> }> {
  const db = database();
  await db.command({ profile: 2 });
  await work();
  await db.command({ profile: 0 });
  const profile = db.collection('system.profile');
  const ops = await profile.find({ ns: store.collections.tasks.namespace }).toArray();
  await profile.drop();
  const sum = (key: string) => ops.reduce((total, each) => total + (each[key] ?? 0), 0);
  return { keys: sum('keysExamined'), documents: sum('docsExamined'), plans: new Set(ops.map(({ planSummary }) => planSummary)) };
}

test(`R-FLOW-4 of ${WAITING} that wait in one cell, most of a paused batch or asleep, the next is called by a few steps`, async () => {
  const clock = handClock(START);
  const { slots } = cellProcess(store, clock);
  await insertBatches(store, 'batch1', 'batch2', 'paused');
  await store.collections.batches.updateOne({ _id: 'paused' }, { $set: { status: 'PAUSED' } });
  const holder = aCellTask('holder', { step: 'DOWNLOAD' });
  await store.collections.tasks.insertOne(holder);
  await slots.take(requestOf(holder, clock()));
  const task = (at: number) => {
    const kind = at % 10;
    const batchId = kind < 6 ? 'paused' : kind < 9 ? 'batch1' : 'batch2';
    const waitingSince = new Date(START.getTime() - 1_000 * (WAITING - at));
    return aCellTask(`meter-${at}`, { waitingSince }, { batchId, ...(kind < 8 && { reachable: false, gatewayId: null }) });
  };
  for (let at = 0; at < WAITING; at += 5_000)
    await store.collections.tasks.insertMany(
      Array.from({ length: Math.min(5_000, WAITING - at) }, (_, each) => task(at + each)),
      { ordered: false },
    );
  expect(await slots.take(requestOf(task(WAITING - 1), clock()))).toBe(false);

  const { keys, documents, plans } = await examined(() => slots.release(holder._id));
  const called = await store.collections.tasks.find({ 'look.at': { $lte: clock() } }).toArray();
  expect(called.map(({ deviceName }) => deviceName)).toEqual(['meter-8']);
  expect(keys).toBeGreaterThan(0);
  expect(keys).toBeLessThan(50);
  expect(documents).toBeLessThan(20);
  expect([...plans].join()).not.toContain('COLLSCAN');

  clock.advance(120_000);
  const swept = await examined(() => slots.sweep());
  expect(swept.keys).toBeLessThan(50);
  const cell = requestOf(holder, clock());
  const counted = await examined(async () => expect((await useOf(store.collections, cell, clock())).waiting).toBe(WAITING));
  const listed = await examined(async () => {
    const stored = await store.collections.cells.find().toArray();
    expect((await usesOf(store.collections, stored, clock()))[0]?.waiting).toBe(WAITING);
  });
  // By the index alone.
  expect([counted.documents, listed.documents]).toEqual([0, 0]);
  const indexes = await store.collections.tasks.indexes();
  expect(indexes.map(({ name }) => name)).toContain(WAITING_INDEX);
});
