import type { CellSlots } from '../../core/cells/contract';
import { createCellSlots } from '../../core/cells/service';
import { systemClock } from '../../core/clock';
import { DEFAULT_CELLS } from '../../schema/model/cell/gate';
import type { Task } from '../../schema/model/task/task';
import { aCellTask, insertBatches, requestOf } from '../support/cell-tasks';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let slots: CellSlots;
beforeAll(async () => {
  api = await startTestApi();
  slots = createCellSlots({ collections: api.store.collections, settings: { cells: DEFAULT_CELLS }, clock: systemClock });
});
afterAll(() => api.stop());
beforeEach(async () => {
  const { cells, tasks, batches } = api.store.collections;
  await Promise.all([cells.deleteMany({}), tasks.deleteMany({}), batches.deleteMany({})]);
  await insertBatches(api.store, 'batch1');
});

const insert = (...tasks: Task[]) => api.store.collections.tasks.insertMany(tasks);
const take = (task: Task) => slots.take(requestOf(task, new Date()));

const CELLS = `query ($cell: String, $first: Int, $after: String) { cells(cell: $cell, first: $first, after: $after) {
  edges { node { cell level taken kept limit waiting tasks(first: 5) { edges { node { deviceName } } } } } pageInfo { hasNextPage endCursor } } }`;
interface Shown {
  edges: { node: Record<string, unknown> & { tasks: { edges: { node: { deviceName: string } }[] } } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}
const ask = async (variables: object = {}, key = api.keys.viewer) => {
  const { data, errors } = await api.ask(CELLS, variables, key);
  return { errors, cells: data?.cells as Shown };
};
const CHANGES = `subscription ($cell: String!, $level: CoverageLevel!, $after: String) { cellChanges(cell: $cell, level: $level, after: $after) {
  __typename ... on CellChange { cell { cell level taken kept limit waiting } cursor } ... on Resync { hint } } }`;

test('R-FLOW-4 cells are listed with the slots that are taken and kept, who has them, and how many wait', async () => {
  const [holder, first, second] = [aCellTask('holder', { step: 'DOWNLOAD' }), aCellTask('first'), aCellTask('second')];
  const elsewhere = aCellTask('elsewhere', { step: 'DOWNLOAD', cell: '262-1-1', level: '0' });
  await insert(holder, first, second, elsewhere);
  for (const task of [holder, first, second, elsewhere]) await take(task);
  const { cells } = await ask();
  const common = { cell: '262-1-1', kept: 0, taken: 1 };
  const had = (deviceName: string) => ({ edges: [{ node: { deviceName } }] });
  expect(cells.edges.map(({ node }) => node)).toEqual([
    { ...common, level: 'LEVEL_0', limit: 50, waiting: 0, tasks: had('elsewhere') },
    { ...common, level: 'LEVEL_2', limit: 1, waiting: 2, tasks: had('holder') },
  ]);
  await slots.release(holder._id);
  expect((await ask()).cells.edges[1]?.node).toMatchObject({ taken: 0, kept: 1, waiting: 2 });
});

test('R-FLOW-4 cells are paged by name and level, and one may be asked for', async () => {
  const levels = ['0', '1', '2', 'CELL'] as const;
  for (const cell of ['262-1-1', '262-1-10', '7'])
    for (const level of levels) await take(aCellTask(`meter-${cell}-${level}`, { cell, level }));
  const seen: unknown[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { cells } = await ask({ first: 5, after });
    seen.push(...cells.edges.map(({ node }) => `${node.cell} ${node.level}`));
    [after, more] = [cells.pageInfo.endCursor, cells.pageInfo.hasNextPage];
  }
  expect(seen).toHaveLength(12);
  expect(new Set(seen).size).toBe(12);
  const { cells } = await ask({ cell: '262-1-1' });
  expect(cells.edges.map(({ node }) => node.level)).toEqual(['LEVEL_0', 'LEVEL_1', 'LEVEL_2', 'CELL']);
  expect((await ask({ cell: '262-1-9' })).cells.edges).toEqual([]);
});

test('R-FLOW-4 what names no cell is refused, and so is a cursor of another list', async () => {
  expect((await ask({ cell: '262-1-1 0' })).errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_FORMAT', field: 'cell' });
  expect((await ask({ after: 'abc' })).errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_CURSOR' });
  expect((await ask({ first: 0 })).errors?.[0]?.extensions).toMatchObject({ code: 'OUT_OF_RANGE' });
  const events = api.socket().iterate({ query: CHANGES, variables: { cell: 'x', level: 'LEVEL_0' } });
  expect((await events.next()).value?.errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_FORMAT' });
});

test('R-FLOW-4 a cell is followed live: at once, and when slots are taken, given back and waited for', async () => {
  const [holder, waiting] = [aCellTask('holder', { step: 'DOWNLOAD' }), aCellTask('waiting', { step: 'SIGNAL' })];
  await insert(holder, waiting);
  const events = api.socket().iterate<{ cellChanges: { cell: { taken: number; kept: number; waiting: number } } }>({
    query: CHANGES,
    variables: { cell: '262-1-1', level: 'LEVEL_2' },
  });
  /** Until it is so: of several changes in a quarter of a second the last is told. */
  const until = async (use: object) => {
    for (;;) {
      const { cell } = (await events.next()).value?.data?.cellChanges ?? {};
      if (cell && Object.entries(use).every(([key, value]) => cell[key as 'taken'] === value)) return cell;
    }
  };
  expect(await until({ taken: 0 })).toEqual({ cell: '262-1-1', level: 'LEVEL_2', taken: 0, kept: 0, limit: 1, waiting: 0 });
  await take(holder);
  await until({ taken: 1, waiting: 0 });
  await take(waiting);
  // A task that begins to wait changes nothing in the document of its cell.
  await api.store.collections.tasks.updateOne({ _id: waiting._id }, { $set: { 'lwm2m.step': 'CELL_SLOT' } });
  await until({ taken: 1, waiting: 1 });
  await slots.release(holder._id);
  await until({ taken: 0, kept: 1, waiting: 1 });
  await events.return?.();
});

test('R-FLOW-4 a cell that stays as it is says so once, whatever happens elsewhere', async () => {
  const events = api.live.subscribeCell({ cell: '262-1-77', level: '0' });
  expect((await events.next()).value).toMatchObject({ kind: 'change', cell: { taken: 0, waiting: 0 } });
  const elsewhere = aCellTask('elsewhere');
  await insert(elsewhere);
  const other = api.live.subscribeCell({ cell: '262-1-1', level: '2' });
  const told = { cell: { waiting: -1 } };
  while (told.cell.waiting !== 1) Object.assign(told, (await other.next()).value);
  await take(aCellTask('meter', { cell: '262-1-77', level: '0' }));
  expect((await events.next()).value).toMatchObject({ cell: { taken: 1 } });
  await Promise.all([events.return?.(), other.return?.()]);
});
