import { createTaskStore } from '../../core/tasks/mongo-store';
import type { TaskStore } from '../../core/tasks/store';
import type { Task } from '../../schema/model/task/task';
import type { TaskEvent } from '../../schema/model/task/task-event';
import { nextState } from '../../schema/model/task/task-state';
import { aNotifiedTask, aRunningTask, aTask } from '../support/builders';
import { fakeTaskStore } from '../support/fakes/task-store';
import { useStore } from '../support/store';

const NOW = new Date('2026-01-01T00:05:00Z');

const mongo = useStore({ keepsDocuments: true });

const stores: [string, (tasks: Task[]) => Promise<TaskStore>][] = [
  ['in memory', async (tasks) => fakeTaskStore(tasks)],
  [
    'MongoDB',
    async (tasks) => {
      await mongo.collections.tasks.deleteMany({});
      if (tasks.length > 0) await mongo.collections.tasks.insertMany(tasks);
      return createTaskStore(mongo.collections.tasks);
    },
  ],
];

const change = (task: Task, event: TaskEvent) => {
  const next = nextState(task, event, NOW);
  if (next === null) throw new Error('the event changes nothing');
  return { task, change: next };
};
const notify: TaskEvent = { kind: 'notified', repeatMs: 600_000 };

describe.each(stores)('the task store, %s', (_, storeOf) => {
  test('finds a task by id, and active ones by device, module and batch', async () => {
    const [active, ended] = [aTask({ deviceName: 'meter-1' }), aTask({ deviceName: 'meter-2', status: 'FAILED' })];
    const store = await storeOf([active, ended]);
    expect(await store.get(active._id)).toEqual(active);
    expect(await store.get('nothing')).toBeNull();
    expect(await store.activeOf(active.deviceId, 'default')).toEqual(active);
    expect(await store.activeOf(active.deviceId, 'MCU')).toBeNull();
    expect(await store.activeOf(ended.deviceId, 'default')).toBeNull();
    expect(await store.activeOfDevice(active.deviceId)).toEqual([active]);
    expect(await store.activeOfBatch('batch1', 10)).toEqual([active]);
    expect((await store.getMany([active._id, ended._id, 'nothing'])).map(({ _id }) => _id).sort()).toEqual([active._id, ended._id].sort());
  });

  test('R-TASK-2 finds the latest success of a device that brought a version, if it is not too long ago', async () => {
    const done = { deviceName: 'meter-1', status: 'SUCCEEDED' as const, endedAt: NOW };
    const earlier = aTask({ ...done, batchId: 'earlier', createdAt: new Date(1) });
    const later = aTask({ ...done, batchId: 'later', createdAt: new Date(2) });
    const store = await storeOf([earlier, later, aTask({ ...done, batchId: 'failed', status: 'FAILED', createdAt: new Date(3) })]);
    const found = (module = 'default', version = '2.0.0', since = NOW) => store.succeededOf(later.deviceId, module, version, since);
    expect(await found()).toEqual(later);
    expect([await found('MCU'), await found('default', '1.0.0')]).toEqual([null, null]);
    expect(await found('default', '2.0.0', new Date(NOW.getTime() + 1))).toBeNull();
  });

  test("R-DEV-1 finds a device's latest tasks, those that have ended too", async () => {
    const of = (batchId: string, minutes: number, fields: Partial<Task> = {}) =>
      aTask({ deviceName: 'meter-1', batchId, createdAt: new Date(NOW.getTime() + minutes * 60_000), ...fields });
    const [old, middle, latest] = [of('b1', 1, { status: 'FAILED' }), of('b2', 2, { status: 'CANCELED' }), of('b3', 3, { module: 'MCU' })];
    const store = await storeOf([middle, latest, old, aTask()]);
    expect(await store.latestOfDevice(old.deviceId, 2)).toEqual([latest, middle]);
  });

  test('R-DEV-2 finds the active tasks of a gateway', async () => {
    const here = aTask();
    const store = await storeOf([here, aTask({ gatewayId: 'gw-2' }), aTask({ status: 'FAILED' })]);
    const each: Task[] = [];
    for await (const task of store.eachOfGateway('gw-1')) each.push(task);
    expect(each).toEqual([here]);
  });

  test('pages active tasks of a batch by id', async () => {
    const tasks = ['a', 'b', 'c'].map((name) => aTask({ deviceName: `meter-${name}` }));
    const store = await storeOf(tasks);
    const first = await store.activeOfBatch('batch1', 2);
    const rest = await store.activeOfBatch('batch1', 2, first.at(-1)?._id);
    expect([...first, ...rest].map(({ deviceName }) => deviceName)).toEqual(['meter-a', 'meter-b', 'meter-c']);
  });

  test('R-BAT-18 finds the active tasks of a batch in some statuses', async () => {
    const [queued, notified] = [aTask(), aTask({ status: 'NOTIFIED' })];
    const store = await storeOf([queued, notified, aTask({ status: 'IN_PROGRESS' }), aTask({ status: 'FAILED' })]);
    expect(await store.activeOfBatch('batch1', 10, undefined, ['NOTIFIED', 'FAILED'])).toEqual([notified]);
    const found = await store.activeOfBatch('batch1', 10, undefined, ['QUEUED', 'NOTIFIED']);
    expect(found.map(({ _id }) => _id)).toEqual([queued._id, notified._id].sort());
  });

  test('R-TASK-1 writes a change with its transition, at the next revision', async () => {
    const task = aTask();
    const store = await storeOf([task]);
    expect(await store.write([change(task, notify)])).toEqual(new Set([task._id]));
    expect(await store.get(task._id)).toMatchObject({
      status: 'NOTIFIED',
      revision: 1,
      transitions: [{ from: 'QUEUED', to: 'NOTIFIED', at: NOW, cause: null }],
    });
  });

  test('logs a failed attempt', async () => {
    const task = aRunningTask();
    const store = await storeOf([task]);
    await store.write([change(task, { kind: 'attemptFailed', attempt: 1, cause: 'DOWNLOAD_FAILED', text: 'x', retryAt: NOW })]);
    const stored = await store.get(task._id);
    expect(stored?.attempts).toMatchObject([{ number: 1, cause: 'DOWNLOAD_FAILED', text: 'x' }]);
    expect(stored?.transitions).toMatchObject([
      { attempt: 1, from: 'IN_PROGRESS', to: 'IN_PROGRESS', cause: 'DOWNLOAD_FAILED', text: 'x' },
    ]);
  });

  test('a writer that read an older revision writes nothing; the others of its bulk do, and it is told which', async () => {
    const tasks = [aTask(), aTask(), aTask()] as const;
    const store = await storeOf([...tasks]);
    await store.write([change(tasks[1], { kind: 'disconnected', gatewayId: 'gw-1' })]);
    const written = await store.write(tasks.map((task) => change(task, notify)));
    expect(written).toEqual(new Set([tasks[0]._id, tasks[2]._id]));
    expect(await store.get(tasks[1]._id)).toMatchObject({ status: 'QUEUED', reachable: false, revision: 1 });
    expect(await store.write([change(tasks[0], notify)])).toEqual(new Set());
    expect(await store.write([])).toEqual(new Set());
  });

  test('R-TASK-7 finds what is due and reachable, oldest first, and says when the next will be', async () => {
    const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);
    const late = aTask({ offerAt: at(-1) });
    const early = aTask({ offerAt: at(-9) });
    const offline = aTask({ reachable: false, gatewayId: null, offerAt: at(-99) });
    const later = aNotifiedTask({ offerAt: at(60) });
    const store = await storeOf([late, early, offline, later, aRunningTask(), aTask({ batchId: 'batch2' })]);
    expect((await store.due('batch1', NOW, 10)).map(({ _id }) => _id)).toEqual([early._id, late._id]);
    expect(await store.due('batch1', NOW, 1)).toMatchObject([{ _id: early._id, gatewayId: 'gw-1' }]);
    expect(await store.nextDueAt('batch1')).toEqual(early.offerAt);
    expect(await store.nextDueAt('batch3')).toBeNull();
  });

  test('knows whether a batch has anything left to do', async () => {
    const store = await storeOf([aRunningTask(), aTask({ batchId: 'batch2', status: 'SUCCEEDED', offerAt: null })]);
    expect(await store.hasActive('batch1')).toBe(true);
    expect(await store.hasActive('batch2')).toBe(false);
    expect(await store.nextDueAt('batch1')).toBeNull();
  });
});
