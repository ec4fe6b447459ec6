import { createCellLeavings, leavingOf } from '../../core/cells/leaving';
import type { Lwm2mUpgrade } from '../../schema/model/lwm2m/upgrade';
import type { Task } from '../../schema/model/task/task';
import type { TaskChange } from '../../schema/model/task/task-change';
import { aCellTask, anLwm2mUpgrade, cellProcess, requestOf } from '../support/cell-tasks';
import { handClock } from '../support/core-parts';
import { useStore } from '../support/store';

const store = useStore();
const DOWNLOADS = anLwm2mUpgrade({ step: 'DOWNLOAD' });
const writeOf = (task: Task, set: Partial<Task>) => ({
  task,
  change: { set, transition: null, attemptLog: null } as unknown as TaskChange,
});

test.each<[string, Partial<Lwm2mUpgrade> | null, Partial<Task>, leaves: boolean]>([
  ['downloads', { step: 'START' }, { lwm2m: DOWNLOADS }, false],
  ['reports its progress', { step: 'DOWNLOAD' }, { progress: 20 }, false],
  ['is to install', { step: 'DOWNLOAD' }, { lwm2m: { ...DOWNLOADS, step: 'EXECUTE' } }, false],
  ['has said its result', { step: 'RESULT' }, { lwm2m: { ...DOWNLOADS, step: 'CHECK' } }, true],
  ['is deferred by its user', { step: 'RESULT' }, { lwm2m: { ...DOWNLOADS, step: 'DEFERRED' } }, true],
  ['has ended', { step: 'DOWNLOAD' }, { active: false }, true],
  ['is called while it is cancelled', { step: 'CELL_SLOT' }, { active: false }, true],
  ['has failed its attempt', { step: 'DOWNLOAD' }, { attempt: 2, lwm2m: null }, true],
  ['goes on to wait', { step: 'SIGNAL' }, { lwm2m: anLwm2mUpgrade() }, false],
  ['got its slot', { step: 'CELL_SLOT' }, { lwm2m: { ...DOWNLOADS, step: 'START' } }, false],
  ['needs no slot and has ended', { step: 'DOWNLOAD', cell: null }, { active: false }, false],
  ['is of another dialect', null, { active: false }, false],
])('R-FLOW-4 a write after which a task %s', (_, before, set, leaves) => {
  const task = aCellTask('meter', before ?? {}, before === null ? { lwm2m: null } : {});
  expect(leavingOf([writeOf(task, set)])).toEqual(leaves ? [{ taskId: task._id, attempt: 1 }] : []);
});

test('R-FLOW-4 the slots of tasks that leave their cell are given back, and no others', async () => {
  const clock = handClock();
  const { slots } = cellProcess(store, clock);
  const leavings = createCellLeavings(slots);
  const tasks = ['a', 'b', 'c', 'd'].map((name, at) => aCellTask(name, { cell: `262-1-${at}` })) as [Task, Task, Task, Task];
  for (const task of tasks) await slots.take(requestOf(task, clock()));
  await slots.take(requestOf({ ...tasks[2], attempt: 2 }, clock()));
  leavings.left([]);
  leavings.left(leavingOf(tasks.slice(0, 3).map((task) => writeOf(task, { active: false }))));
  await leavings.close();
  const cells = await store.collections.cells.find().sort({ _id: 1 }).toArray();
  expect(cells.map(({ cell, slots: [slot] }) => [cell, slot?.attempt])).toEqual([
    ['262-1-2', 2],
    ['262-1-3', 1],
  ]);
});

test('R-FLOW-4 what leaves a cell at once is given back in one write of the cell', async () => {
  const clock = handClock();
  const { slots } = cellProcess(store, clock);
  const leavings = createCellLeavings(slots);
  const tasks = ['a', 'b', 'c'].map((name) => aCellTask(name, { cell: '262-1-7', level: '0' }));
  for (const task of tasks) await slots.take(requestOf(task, clock()));
  const writes = jest.spyOn(store.collections.cells, 'findOneAndUpdate');
  try {
    leavings.left(leavingOf(tasks.map((task) => writeOf(task, { active: false }))));
    await leavings.close();
    expect(writes).toHaveBeenCalledTimes(1);
  } finally {
    writes.mockRestore();
  }
  expect(await store.collections.cells.countDocuments()).toBe(0);
});
