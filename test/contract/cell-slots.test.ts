import type { CellSlots } from '../../core/cells/contract';
import type { Lwm2mUpgrade } from '../../schema/model/lwm2m/upgrade';
import type { Task } from '../../schema/model/task/task';
import { aCellTask, anLwm2mUpgrade, cellProcess, insertBatches, requestOf } from '../support/cell-tasks';
import { handClock } from '../support/core-parts';
import { useStore } from '../support/store';

const store = useStore();
const MINUTE = 60_000;
let clock: ReturnType<typeof handClock>;
let slots: CellSlots;

beforeEach(async () => {
  clock = handClock(new Date('2026-01-01T12:00:00Z'));
  slots = cellProcess(store, clock).slots;
  await insertBatches(store, 'batch1', 'batch2');
});

const take = (task: Task, of = slots) => of.take(requestOf(task, clock()));
async function insert(...tasks: Task[]): Promise<void> {
  await store.collections.tasks.insertMany(tasks);
}
const upgradeOf = ({ _id }: Task, lwm2m: Partial<Lwm2mUpgrade>, fields: Partial<Task> = {}) =>
  store.collections.tasks.updateOne({ _id }, { $set: { lwm2m: anLwm2mUpgrade(lwm2m), ...fields } });
/** Who is to be looked at now, in the order of names. */
const called = async () => {
  const due = await store.collections.tasks.find({ 'look.at': { $lte: clock() } }).toArray();
  return due.map(({ deviceName }) => deviceName).sort();
};
const holders = async () => {
  const cells = await store.collections.cells.find().toArray();
  return cells.flatMap((cell) => cell.slots.filter(({ held }) => held).map(({ taskId }) => taskId));
};
/** Waits since so many minutes before now. */
const waiting = (name: string, minutes: number, fields: Partial<Task> = {}) =>
  aCellTask(name, { waitingSince: new Date(clock().getTime() - minutes * MINUTE) }, fields);

describe('R-FLOW-4 a slot of a radio cell', () => {
  test.each(['0', '1', '2', 'CELL'] as const)('is had by as many at once as level %s allows', async (level) => {
    const limit = { '0': 50, '1': 10, '2': 1, CELL: 10 }[level];
    const tasks = Array.from({ length: limit + 5 }, (_, at) => aCellTask(`meter-${at}`, { level }));
    const granted = [];
    for (const task of tasks) granted.push(await take(task));
    expect(granted).toEqual(tasks.map((_, at) => at < limit));
  });

  test('is asked for by many at once at several processes, in a cell that nobody has been in', async () => {
    const processes = [1, 2, 3].map(() => cellProcess(store, clock, { slots: { '0': 50, '1': 10, '2': 3, CELL: 10 } }).slots);
    const tasks = Array.from({ length: 40 }, (_, at) => aCellTask(`meter-${at}`));
    const granted = await Promise.all(tasks.map((task, at) => take(task, processes[at % 3])));
    expect(granted.filter(Boolean)).toHaveLength(3);
    expect(await holders()).toHaveLength(3);
  });

  test('is of one cell and level: another has its own', async () => {
    const here = aCellTask('here');
    expect(await take(here)).toBe(true);
    expect(await take(aCellTask('beside'))).toBe(false);
    expect(await take(aCellTask('elsewhere', { cell: '262-1-2' }))).toBe(true);
    expect(await take(aCellTask('another-operator', { cell: '262-2-1' }))).toBe(true);
    expect(await take(aCellTask('closer', { level: '1' }))).toBe(true);
  });

  test('stays with who has it and asks again, until the later time', async () => {
    const holder = aCellTask('holder');
    expect([await take(holder), await take(holder)]).toEqual([true, true]);
    const sooner = { ...requestOf(holder, clock()), until: new Date(clock().getTime() + MINUTE) };
    expect(await slots.take(sooner)).toBe(true);
    clock.advance(30 * MINUTE);
    expect(await take(aCellTask('other'))).toBe(false);
  });

  test('is given back once, however often that is said', async () => {
    const [holder, next, third] = ['holder', 'next', 'third'].map((name) => aCellTask(name)) as [Task, Task, Task];
    await take(holder);
    await Promise.all([slots.release(holder._id), slots.release(holder._id)]);
    expect(await take(next)).toBe(true);
    await slots.release(holder._id);
    expect(await take(third)).toBe(false);
    await slots.release('nobody');
  });

  test('of an attempt is no other attempt’s: neither to give back nor to take', async () => {
    const task = aCellTask('meter');
    const second = { ...task, attempt: 2 };
    await take(task);
    expect(await take(second)).toBe(true);
    expect(await take(task)).toBe(false);
    await slots.release(task._id, 1);
    expect(await take(aCellTask('other'))).toBe(false);
    await slots.release(task._id, 2);
    expect(await take(aCellTask('third'))).toBe(true);
  });

  test('is free again when its time is over, whoever has forgotten it', async () => {
    await take(aCellTask('holder'));
    clock.advance(61 * MINUTE);
    expect(await take(aCellTask('other'))).toBe(true);
  });

  test('leaves nothing behind of a cell that nobody is in any more', async () => {
    const holder = aCellTask('holder');
    await take(holder);
    await slots.release(holder._id);
    expect(await store.collections.cells.countDocuments()).toBe(0);

    await take(holder);
    await take(aCellTask('refused'));
    await slots.release(holder._id);
    clock.advance(5 * MINUTE);
    await slots.sweep();
    await slots.sweep();
    expect(await store.collections.cells.countDocuments()).toBe(0);
  });

  test('of a limit that was lowered stays with who has it, and nobody else gets one', async () => {
    const wide = cellProcess(store, clock, { slots: { '0': 1, '1': 1, '2': 3, CELL: 1 } }).slots;
    const tasks = ['a', 'b', 'c'].map((name) => aCellTask(name)) as [Task, Task, Task];
    for (const task of tasks) expect(await take(task, wide)).toBe(true);
    expect(await take(tasks[2])).toBe(true);
    await slots.release(tasks[0]._id);
    expect(await take(aCellTask('d'))).toBe(false);
  });
});

describe('R-FLOW-4 who waits for a slot of a radio cell', () => {
  const full = async () => {
    const holder = aCellTask('holder', { step: 'DOWNLOAD' });
    await insert(holder);
    await take(holder);
    return holder;
  };
  /** Refused, as whoever waits was. */
  const wait = async (...tasks: Task[]) => {
    await insert(...tasks);
    for (const task of tasks) expect(await take(task)).toBe(false);
  };

  test('is called in the order of waiting, over all batches, and gets it', async () => {
    const holder = await full();
    const [oldest, later] = [waiting('oldest', 30, { batchId: 'batch2' }), waiting('later', 20)];
    await wait(later, oldest);
    expect(await called()).toEqual([]);
    await slots.release(holder._id);
    expect(await called()).toEqual(['oldest']);
    expect(await store.collections.tasks.findOne({ _id: oldest._id })).toMatchObject({
      look: { gatewayId: 'gw-1', at: clock() },
      revision: oldest.revision + 1,
    });
    expect(await take(later)).toBe(false);
    expect(await take(oldest)).toBe(true);
  });

  test('comes before who has just come', async () => {
    const holder = await full();
    const oldest = waiting('oldest', 30);
    await wait(oldest);
    await slots.release(holder._id);
    const comer = waiting('comer', 0);
    await insert(comer);
    expect(await take(comer)).toBe(false);
    expect(await take(oldest)).toBe(true);
  });

  test('comes before who has just come, also when nobody has called it yet', async () => {
    const holder = await full();
    await wait(waiting('oldest', 30));
    await store.collections.cells.updateMany({}, { $set: { slots: [] } });
    expect(await take(waiting('comer', 0))).toBe(false);
    expect(await called()).toEqual(['oldest']);
    expect(holder.active).toBe(true);
  });

  test('is passed over while its device cannot be reached', async () => {
    const holder = await full();
    await wait(waiting('asleep', 60, { reachable: false, gatewayId: null }), waiting('awake', 10));
    await slots.release(holder._id);
    expect(await called()).toEqual(['awake']);
  });

  test.each(['PAUSED', 'CANCELED'] as const)('is passed over while its batch is %s, and called when it goes on', async (status) => {
    await store.collections.batches.updateOne({ _id: 'batch1' }, { $set: { status } });
    const holder = await full();
    await wait(...Array.from({ length: 20 }, (_, at) => waiting(`paused-${at}`, 60)), waiting('running', 10, { batchId: 'batch2' }));
    await slots.release(holder._id);
    expect(await called()).toEqual(['running']);
    await slots.release(waiting('running', 10, { batchId: 'batch2' })._id);
    await upgradeOf(waiting('running', 10, { batchId: 'batch2' }), { step: 'CHECK' }, { look: null });
    await store.collections.batches.updateOne({ _id: 'batch1' }, { $set: { status: 'RUNNING' } });
    clock.advance(20_000);
    await slots.sweep();
    expect(await called()).toHaveLength(1);
  });

  test('is found behind many batches that are paused', async () => {
    const paused = Array.from({ length: 120 }, (_, at) => `a-paused-${at}`);
    await insertBatches(store, ...paused);
    await store.collections.batches.updateMany({ _id: { $in: paused } }, { $set: { status: 'PAUSED' } });
    const holder = await full();
    await insert(...paused.map((batchId) => waiting(`of-${batchId}`, 60, { batchId })));
    await wait(waiting('running', 10));
    await slots.release(holder._id);
    expect(await called()).toEqual(['running']);
  });

  test('and does not come is passed over after a minute, and called again when nobody else waits', async () => {
    const holder = await full();
    const [dead, other] = [waiting('dead', 60), waiting('other', 10)];
    await wait(dead, other);
    await slots.release(holder._id);
    expect(await take(other)).toBe(false);
    clock.advance(61_000);
    await slots.sweep();
    expect(await called()).toEqual(['dead', 'other']);
    expect(await take(other)).toBe(true);
    await upgradeOf(other, { step: 'DOWNLOAD' }, { look: null });
    await store.collections.tasks.updateOne({ _id: dead._id }, { $set: { look: null } });
    await slots.release(other._id);
    expect(await called()).toEqual(['dead']);
  });

  test('and cannot come says so, and the next is called at once', async () => {
    const holder = await full();
    const [dead, other] = [waiting('dead', 60), waiting('other', 10)];
    await wait(dead, other);
    await slots.release(holder._id);
    await slots.release(dead._id);
    expect(await take(other)).toBe(true);
  });

  test('and was passed over waits where it did before once its device is heard', async () => {
    const holder = await full();
    const [back, other] = [waiting('back', 60), waiting('other', 10)];
    await wait(back, other);
    await slots.release(holder._id);
    clock.advance(61_000);
    await slots.sweep();
    expect(await take(back)).toBe(false);
    await wait(waiting('third', 30));
    await slots.release(other._id);
    expect(await called()).toEqual(expect.arrayContaining(['back']));
    expect(await called()).not.toContain('third');
    expect(await take(back)).toBe(true);
  });

  test('is as many as there are free slots, and never more', async () => {
    const few = cellProcess(store, clock, { slots: { '0': 1, '1': 1, '2': 3, CELL: 1 } }).slots;
    const held = ['a', 'b', 'c'].map((name) => aCellTask(name, { step: 'DOWNLOAD' })) as [Task, Task, Task];
    await insert(...held);
    for (const task of held) expect(await take(task, few)).toBe(true);
    const tasks = Array.from({ length: 6 }, (_, at) => waiting(`meter-${at}`, 60 - at));
    await insert(...tasks);
    for (const task of tasks) expect(await take(task, few)).toBe(false);
    await Promise.all(held.slice(0, 2).map(({ _id }) => few.release(_id)));
    expect(await called()).toEqual(['meter-0', 'meter-1']);
  });
});

describe('R-FLOW-4 a slot whose task has left its cell is taken back', () => {
  test.each<[string, Partial<Lwm2mUpgrade> | null, Partial<Task>, stays: boolean]>([
    ['it downloads', { step: 'DOWNLOAD' }, {}, true],
    ['it is to install', { step: 'EXECUTE' }, {}, true],
    ['it installs', { step: 'RESULT' }, {}, true],
    ['its cell is not known by the task', { step: 'DOWNLOAD', cell: null, level: null }, {}, true],
    ['it was cancelled', { step: 'DOWNLOAD' }, { active: false, status: 'CANCELED' }, false],
    ['its attempt has failed', null, { attempt: 2 }, false],
    ['it has said its result', { step: 'CHECK' }, {}, false],
    ['its user defers', { step: 'DEFERRED' }, {}, false],
    ['it still waits', { step: 'CELL_SLOT', waitingSince: new Date('2026-01-01T12:00:00Z') }, {}, false],
    ['it begins anew', { step: 'SIGNAL' }, {}, false],
    ['it is in another cell', { step: 'DOWNLOAD', cell: '262-1-2' }, {}, false],
    ['it is at another level', { step: 'DOWNLOAD', level: '1' }, {}, false],
  ])('when %s', async (_, lwm2m, fields, stays) => {
    const [holder, next] = [aCellTask('holder'), waiting('next', 10)];
    await insert(holder, next);
    await take(holder);
    expect(await take(next)).toBe(false);
    await upgradeOf(holder, lwm2m ?? {}, fields);
    if (lwm2m === null) await store.collections.tasks.updateOne({ _id: holder._id }, { $set: { lwm2m: null } });
    clock.advance(3 * MINUTE);
    await slots.sweep();
    expect(await holders()).toEqual(stays ? [holder._id] : []);
    expect(await called()).toEqual(stays ? [] : ['next']);
  });

  test('when there is no such task any more', async () => {
    await take(aCellTask('gone'));
    await insert(waiting('next', 10));
    expect(await take(waiting('next', 10))).toBe(false);
    await slots.sweep();
    expect(await called()).toEqual(['next']);
  });

  test('and not before the word of what follows can be in the store', async () => {
    const holder = aCellTask('holder');
    await insert(holder);
    await take(holder);
    await take(aCellTask('next'));
    clock.advance(1.5 * MINUTE);
    expect(await slots.sweep()).toBe(0);
    expect(await take(holder)).toBe(true);
    clock.advance(1.5 * MINUTE);
    await slots.sweep();
    expect(await holders()).toEqual([holder._id]);
  });
});

describe('R-FLOW-4 what happens between the look at a cell and the write to it', () => {
  const BUSY = Object.assign(new Error('E11000'), { code: 11_000 });

  test('a slot that comes free is had by who has just come', async () => {
    const [holder, comer] = [aCellTask('holder'), aCellTask('comer')];
    await take(holder);
    await take(aCellTask('refused'));
    const beside = cellProcess(store, clock);
    beside.beforeNextWrite(() => slots.release(holder._id));
    expect(await take(comer, beside.slots)).toBe(true);
  });

  test('a slot that is kept for another is not kept twice', async () => {
    const [holder, oldest, other] = [aCellTask('holder', { step: 'DOWNLOAD' }), waiting('oldest', 60), waiting('other', 10)];
    await insert(holder, other);
    await take(holder);
    expect(await take(other)).toBe(false);
    const beside = cellProcess(store, clock);
    // Its first write gives the slot back, its second keeps it for who it has found.
    beside.beforeNextWrite(async () => {
      beside.beforeNextWrite(async () => {
        await insert(oldest);
        await slots.sweep();
        clock.advance(1);
      });
    });
    clock.advance(20_000);
    await beside.slots.release(holder._id);
    expect(await called()).toEqual(['oldest']);
    expect(await take(other)).toBe(false);
    expect(await take(oldest)).toBe(true);
  });

  test('the document of a cell that somebody else makes at the same time is the same', async () => {
    const beside = cellProcess(store, clock);
    beside.beforeNextWrite(() => Promise.reject(BUSY));
    expect(await take(aCellTask('one'), beside.slots)).toBe(true);
    const always = (): Promise<never> => {
      beside.beforeNextWrite(always);
      return Promise.reject(BUSY);
    };
    beside.beforeNextWrite(always);
    await expect(take(aCellTask('two', { cell: '262-1-2' }), beside.slots)).rejects.toBe(BUSY);
  });

  test('who was refused during a sweep is not forgotten by it', async () => {
    const [holder, late] = [aCellTask('holder', { step: 'DOWNLOAD' }), waiting('late', 0)];
    await insert(holder);
    await take(holder);
    await take(aCellTask('gone'));
    clock.advance(5 * MINUTE);
    const beside = cellProcess(store, clock);
    beside.beforeNextWrite(() => take(late));
    await beside.slots.sweep();
    await insert(late);
    await slots.release(holder._id);
    expect(await called()).toEqual(['late']);
  });

  test('who was refused, and is not written yet as waiting, is not forgotten by a sweep', async () => {
    const [holder, late] = [aCellTask('holder', { step: 'DOWNLOAD' }), waiting('late', 0)];
    await insert(holder);
    await take(holder);
    expect(await take(late)).toBe(false);
    await slots.sweep();
    await insert(late);
    await slots.release(holder._id);
    expect(await called()).toEqual(['late']);
  });
});
