import type { BatchFeedEvent, TaskFeedEvent } from '../../api/live/events';
import { createLiveHub, type LiveHub } from '../../api/live/hub';
import type { Batch } from '../../schema/model/batch/batch';
import type { Task } from '../../schema/model/task/task';
import type { Store } from '../../schema/mongo/connect';
import { aTask } from '../support/builders';
import { testStore } from '../support/store';

let store: Store;
let live: LiveHub;
const logger = { info: () => undefined, warn: () => undefined };

beforeAll(async () => {
  store = await testStore();
  live = createLiveHub({ db: databaseOf(store), collections: store.collections, logger });
  await live.start();
});
afterAll(async () => {
  await live.stop();
  await store.close();
});

function databaseOf({ connection }: Store) {
  if (!connection.db) throw new Error('The test store is not connected.');
  return connection.db;
}

async function next<T>(events: AsyncIterator<T>): Promise<T> {
  const { value, done } = await events.next();
  if (done) throw new Error('The subscription ended.');
  return value;
}

async function nextChange(events: AsyncIterator<TaskFeedEvent>) {
  const event = await next(events);
  if (event.kind !== 'change') throw new Error('Expected a change, and got a Resync.');
  return event;
}

async function nextProgress(events: AsyncIterator<BatchFeedEvent>) {
  const event = await next(events);
  if (event.kind !== 'progress') throw new Error('Expected progress, and got a Resync.');
  return event;
}

let made = 0;
async function tasksOf(batchId: string, count: number): Promise<Task[]> {
  const tasks = Array.from({ length: count }, () => aTask({ batchId, deviceName: `meter-${made++}` }));
  await store.collections.tasks.insertMany(tasks);
  await caughtUp();
  return tasks;
}

/** When the hub tells of a change, it has seen all changes before it. */
async function caughtUp(): Promise<void> {
  const marker = aTask({ batchId: `marker${made++}` });
  const events = live.subscribeTasks({ batchId: marker.batchId });
  await store.collections.tasks.insertOne(marker);
  await next(events);
  await events.return?.();
}

const progress = (task: Task, percent: number) =>
  store.collections.tasks.updateOne({ _id: task._id }, { $set: { status: 'IN_PROGRESS', progress: percent } });

const aBatch = (_id: string, fields: Partial<Batch> = {}): Batch => ({
  _id,
  name: _id,
  productKey: 'upd7Kx2QmZ1',
  packageId: 'package1',
  module: 'default',
  targetVersion: '2.0.0',
  kind: 'static',
  scope: { kind: 'all' },
  sourceVersions: [],
  policy: { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null },
  status: 'RUNNING',
  statusReason: null,
  selection: null,
  idempotency: null,
  createdBy: 'key1',
  createdAt: new Date(),
  updatedAt: new Date(),
  startedAt: null,
  endedAt: null,
  ...fields,
});

describe('taskChanges', () => {
  test('R-UI-1 a change of a task reaches those who asked for its batch, its device or its status, and nobody else', async () => {
    const [task, other] = await tasksOf('liveA', 2);
    const byBatch = live.subscribeTasks({ batchId: 'liveA' });
    const byDevice = live.subscribeTasks({ deviceId: task!.deviceId });
    const byStatus = live.subscribeTasks({ batchId: 'liveA', statuses: ['SUCCEEDED'] });
    await progress(task!, 40);
    expect(await nextChange(byBatch)).toMatchObject({ task: { _id: task!._id }, dropped: 0 });
    await store.collections.tasks.updateOne({ _id: other!._id }, { $set: { status: 'SUCCEEDED' } });
    await progress(task!, 41);
    const ofDevice = [await nextChange(byDevice)];
    while (ofDevice.at(-1)?.task.progress !== 41) ofDevice.push(await nextChange(byDevice));
    expect(new Set(ofDevice.map((event) => event.task._id))).toEqual(new Set([task!._id]));
    expect((await nextChange(byStatus)).task._id).toBe(other!._id);
    for (const events of [byBatch, byDevice, byStatus]) await events.return?.();
  });

  test('R-UI-1 a slow reader gets the latest of each task, and how many changes it was too slow for', async () => {
    const [task, last] = await tasksOf('liveB', 2);
    const slow = live.subscribeTasks({ batchId: 'liveB' });
    const fast = live.subscribeTasks({ batchId: 'liveB' });
    for (let percent = 1; percent <= 10; percent += 1) {
      await progress(task!, percent);
      await nextChange(fast);
    }
    await progress(last!, 99);
    await nextChange(fast);
    expect(await nextChange(slow)).toMatchObject({ task: { _id: task!._id, progress: 10 }, skipped: 9, dropped: 0 });
    expect(await nextChange(slow)).toMatchObject({ task: { _id: last!._id }, skipped: 0 });
    await Promise.all([slow.return?.(), fast.return?.()]);
  });

  test('R-UI-1 a reader that comes back with its cursor misses nothing and goes on live', async () => {
    const tasks = await tasksOf('liveC', 6);
    const before = live.subscribeTasks({ batchId: 'liveC' });
    await progress(tasks[0]!, 1);
    const { cursor } = await nextChange(before);
    await before.return?.();
    for (const task of tasks.slice(1, 4)) await progress(task, 2);
    const after = live.subscribeTasks({ batchId: 'liveC' }, cursor);
    for (const task of tasks.slice(4)) await progress(task, 3);
    const seen = new Set<string>();
    while (seen.size < 5) seen.add((await nextChange(after)).task._id);
    expect(seen).toEqual(new Set(tasks.slice(1).map((task) => task._id)));
    await after.return?.();
  });

  test('R-UI-1 every cursor handed out is good to go on from', async () => {
    const tasks = await tasksOf('liveD', 5);
    const first = live.subscribeTasks({ batchId: 'liveD' });
    for (const task of tasks) await progress(task, 7);
    const events = [];
    for (let index = 0; index < tasks.length; index += 1) events.push(await nextChange(first));
    const cursors = events.map((event) => event.cursor);
    expect([...cursors].sort()).toEqual(cursors);
    const fromSecond = live.subscribeTasks({ batchId: 'liveD' }, cursors[1]);
    expect((await nextChange(fromSecond)).task._id).toBe(events[2]?.task._id);
    await Promise.all([first.return?.(), fromSecond.return?.()]);
  });

  test.each([
    ['no cursor at all', 'yesterday'],
    ['of another log', `82${'0'.repeat(40)}`],
    ['cut off', '8265'],
  ])('R-UI-1 a cursor that is %s is answered with one Resync, then live', async (_name, cursor) => {
    const batchId = `liveE${made}`;
    const [task] = await tasksOf(batchId, 1);
    const events = live.subscribeTasks({ batchId }, cursor);
    const resync = await next(events);
    expect(resync).toEqual({ kind: 'resync', cursor: expect.stringMatching(/^8[0-9A-F]+$/) });
    await progress(task!, 50);
    expect((await nextChange(events)).task._id).toBe(task!._id);
    await events.return?.();
  });

  test('R-UI-1 more missed tasks than a reader’s queue holds are a Resync', async () => {
    const [task] = await tasksOf('liveF', 1);
    const first = live.subscribeTasks({ batchId: 'liveF' });
    await progress(task!, 1);
    const { cursor } = await nextChange(first);
    await first.return?.();
    await tasksOf('liveF', 1_001);
    const again = live.subscribeTasks({ batchId: 'liveF' }, cursor);
    expect((await next(again)).kind).toBe('resync');
    await again.return?.();
  });

  test('R-UI-1 leaving ends a wait for the next event', async () => {
    const events = live.subscribeTasks({ batchId: 'nothing' });
    const waiting = events.next();
    await events.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

describe('batchProgress', () => {
  test('R-UI-1 the first picture comes at once, and the last change always', async () => {
    await store.collections.batches.insertOne(aBatch('liveG'));
    const tasks = await tasksOf('liveG', 20);
    const events = live.subscribeBatch('liveG');
    expect(await nextProgress(events)).toMatchObject({ batch: { _id: 'liveG', status: 'RUNNING' }, counts: { QUEUED: 20, SUCCEEDED: 0 } });
    await Promise.all(tasks.map((task) => store.collections.tasks.updateOne({ _id: task._id }, { $set: { status: 'SUCCEEDED' } })));
    await store.collections.batches.updateOne({ _id: 'liveG' }, { $set: { status: 'FINISHED' } });
    let event = await nextProgress(events);
    let pictures = 1;
    for (; event.batch.status !== 'FINISHED' || event.counts.SUCCEEDED < 20; pictures += 1) event = await nextProgress(events);
    expect(event.counts).toMatchObject({ QUEUED: 0, SUCCEEDED: 20 });
    expect(pictures).toBeLessThan(20);
    await events.return?.();
  });

  test('R-UI-1 a second reader gets its first picture at once as well', async () => {
    await store.collections.batches.insertOne(aBatch('liveH'));
    const first = live.subscribeBatch('liveH');
    const { cursor } = await nextProgress(first);
    const second = live.subscribeBatch('liveH', cursor);
    expect((await nextProgress(second)).batch._id).toBe('liveH');
    await Promise.all([first.return?.(), second.return?.()]);
  });

  test('R-UI-1 an unreadable cursor is answered with one Resync, then the picture', async () => {
    await store.collections.batches.insertOne(aBatch('liveI'));
    const events = live.subscribeBatch('liveI', 'yesterday');
    expect((await next(events)).kind).toBe('resync');
    expect((await next(events)).kind).toBe('progress');
    await events.return?.();
  });
});

test('R-UI-1 a stream whose database is dropped tells its readers to query, and follows the new one', async () => {
  const own = await testStore();
  const hub = createLiveHub({ db: databaseOf(own), collections: own.collections, logger });
  await hub.start();
  const events = hub.subscribeTasks({});
  await own.collections.tasks.insertOne(aTask({ batchId: 'dropped' }));
  expect((await next(events)).kind).toBe('change');
  await own.connection.dropDatabase();
  expect((await next(events)).kind).toBe('resync');
  await own.collections.tasks.insertOne(aTask({ batchId: 'again' }));
  expect(await nextChange(events)).toMatchObject({ task: { batchId: 'again' } });
  await hub.stop();
  expect(await events.next()).toEqual({ done: true, value: undefined });
  await own.close();
});
