import type { Lwm2mUpgrade } from '../../schema/model/lwm2m/upgrade';
import type { Task } from '../../schema/model/task/task';
import { aCellTask, requestOf } from '../support/cell-tasks';
import { MINUTE, useCellSlots } from '../support/use-cell-slots';

const { advance, called, holders, insert, now, process, slots, store, take, upgradeOf, waiting } = useCellSlots();

describe('R-FLOW-4 a slot of a radio cell', () => {
  test.each(['0', '1', '2', 'CELL'] as const)('is had by as many at once as level %s allows', async (level) => {
    const limit = { '0': 50, '1': 10, '2': 1, CELL: 10 }[level];
    const tasks = Array.from({ length: limit + 5 }, (_, at) => aCellTask(`meter-${at}`, { level }));
    const granted = [];
    for (const task of tasks) granted.push(await take(task));
    expect(granted).toEqual(tasks.map((_, at) => at < limit));
  });

  test('is asked for by many at once at several processes, in a cell that nobody has been in', async () => {
    const processes = [1, 2, 3].map(() => process({ slots: { '0': 50, '1': 10, '2': 3, CELL: 10 } }).slots);
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
    const sooner = { ...requestOf(holder, now()), until: new Date(now().getTime() + MINUTE) };
    expect(await slots().take(sooner)).toBe(true);
    advance(30 * MINUTE);
    expect(await take(aCellTask('other'))).toBe(false);
  });

  test('is given back once, however often that is said', async () => {
    const [holder, next, third] = ['holder', 'next', 'third'].map((name) => aCellTask(name)) as [Task, Task, Task];
    await take(holder);
    await Promise.all([slots().release(holder._id), slots().release(holder._id)]);
    expect(await take(next)).toBe(true);
    await slots().release(holder._id);
    expect(await take(third)).toBe(false);
    await slots().release('nobody');
  });

  test('of an attempt is no other attempt’s: neither to give back nor to take', async () => {
    const task = aCellTask('meter');
    const second = { ...task, attempt: 2 };
    await take(task);
    expect(await take(second)).toBe(true);
    expect(await take(task)).toBe(false);
    await slots().release(task._id, 1);
    expect(await take(aCellTask('other'))).toBe(false);
    await slots().release(task._id, 2);
    expect(await take(aCellTask('third'))).toBe(true);
  });

  test('is free again when its time is over, whoever has forgotten it', async () => {
    await take(aCellTask('holder'));
    advance(61 * MINUTE);
    expect(await take(aCellTask('other'))).toBe(true);
  });

  test('leaves nothing behind of a cell that nobody is in any more', async () => {
    const holder = aCellTask('holder');
    await take(holder);
    await slots().release(holder._id);
    expect(await store.collections.cells.countDocuments()).toBe(0);

    await take(holder);
    await take(aCellTask('refused'));
    await slots().release(holder._id);
    advance(5 * MINUTE);
    await slots().sweep();
    await slots().sweep();
    expect(await store.collections.cells.countDocuments()).toBe(0);
  });

  test('of a limit that was lowered stays with who has it, and nobody else gets one', async () => {
    const wide = process({ slots: { '0': 1, '1': 1, '2': 3, CELL: 1 } }).slots;
    const tasks = ['a', 'b', 'c'].map((name) => aCellTask(name)) as [Task, Task, Task];
    for (const task of tasks) expect(await take(task, wide)).toBe(true);
    expect(await take(tasks[2])).toBe(true);
    await slots().release(tasks[0]._id);
    expect(await take(aCellTask('d'))).toBe(false);
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
    advance(3 * MINUTE);
    await slots().sweep();
    expect(await holders()).toEqual(stays ? [holder._id] : []);
    expect(await called()).toEqual(stays ? [] : ['next']);
  });

  test('also where nobody waits for it, after ten minutes', async () => {
    const [gone, stays] = [aCellTask('gone', { level: '0' }), aCellTask('stays', { level: '0' })];
    await insert(gone, stays);
    for (const task of [gone, stays]) await take(task);
    await upgradeOf(stays, { step: 'DOWNLOAD', level: '0' });
    advance(11 * MINUTE);
    await slots().sweep();
    expect(await holders()).toEqual([stays._id]);
    await upgradeOf(stays, { step: 'DOWNLOAD', level: '0' }, { active: false });
    advance(11 * MINUTE);
    await slots().sweep();
    expect(await store.collections.cells.countDocuments()).toBe(0);
  });

  test('when there is no such task any more', async () => {
    await take(aCellTask('gone'));
    await insert(waiting('next', 10));
    expect(await take(waiting('next', 10))).toBe(false);
    await slots().sweep();
    expect(await called()).toEqual(['next']);
  });

  test('and not before the word of what follows can be in the store', async () => {
    const holder = aCellTask('holder');
    await insert(holder);
    await take(holder);
    await take(aCellTask('next'));
    advance(1.5 * MINUTE);
    expect(await slots().sweep()).toBe(0);
    expect(await take(holder)).toBe(true);
    advance(1.5 * MINUTE);
    await slots().sweep();
    expect(await holders()).toEqual([holder._id]);
  });
});
