import { emptyList, type Row, type TaskList, withChange, withPage } from '../../../console/src/pages/batch/task-list';

const row = (id: string, status = 'QUEUED'): Row => ({ id, status, deviceName: `meter-${id}` });
const page = (ids: string[], hasNextPage = false) => ({
  edges: ids.map((id) => ({ node: row(id) })),
  pageInfo: { hasNextPage, endCursor: ids.at(-1) ?? null },
});
const shown = (list: TaskList<Row>) => list.rows.map(({ id, status }) => `${id} ${status}`);
const isQueued = ({ status }: Row): boolean => status === 'QUEUED';

test('R-UI-3: pages follow each other, and a task that is on two of them is shown once', () => {
  const list = withPage(withPage(emptyList<Row>(), page(['a', 'b'], true)), page(['b', 'c']));
  expect([shown(list), list.hasMore, list.endCursor]).toEqual([['a QUEUED', 'b QUEUED', 'c QUEUED'], false, 'c']);
});

test('R-UI-3: a change is shown in its row, and leaves the list where it does not fit any more', () => {
  const list = withPage(emptyList<Row>(), page(['a', 'b']));
  expect(shown(withChange(list, row('b', 'FAILED'), () => true))).toEqual(['a QUEUED', 'b FAILED']);
  expect(shown(withChange(list, row('b', 'FAILED'), isQueued))).toEqual(['a QUEUED']);
});

test('R-UI-3: what comes to fit is counted, each task once, until it does not fit any more', () => {
  let list = withPage(emptyList<Row>(), page(['a']));
  for (const id of ['x', 'y', 'x']) list = withChange(list, row(id), isQueued);
  expect(list.unseen.size).toBe(2);
  list = withChange(list, row('x', 'FAILED'), isQueued);
  expect([list.unseen.size, shown(list)]).toEqual([1, ['a QUEUED']]);
});

test('R-UI-3: while there are more pages to read nothing is counted, and what changes nothing is the same list', () => {
  const list = withPage(emptyList<Row>(), page(['a'], true));
  expect(withChange(list, row('x'), isQueued)).toBe(list);
  const whole = withPage(emptyList<Row>(), page(['a']));
  expect(withChange(whole, row('x', 'FAILED'), isQueued)).toBe(whole);
});
