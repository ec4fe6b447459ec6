import { changed, followed } from '../../../console/src/live/followed-list';
import { filterOf, fits } from '../../../console/src/pages/batch/list/filter';

const of = (query: string) => {
  const search = new URLSearchParams(query);
  return filterOf((name) => search.get(name) ?? '');
};
const BATCH = { name: 'June <b>rollout</b>', productKey: 'meters', status: 'RUNNING', kind: 'STATIC' } as const;
const created = (day: number) => ({ ...BATCH, createdAt: new Date(2026, 5, day, 12).toISOString() });

test('R-UI-3: the address of the list of batches is the filter of the API; days are those of the viewer', () => {
  expect(of('status=HALTED&product=meters&kind=DYNAMIC&text=june&from=2026-06-01&to=2026-06-02')).toEqual({
    ...{ statuses: ['HALTED'], productKey: 'meters', kind: 'DYNAMIC', text: 'june' },
    createdFrom: new Date(2026, 5, 1).toISOString(),
    createdBefore: new Date(2026, 5, 3).toISOString(),
  });
  expect(of('status=NONE&kind=all&from=yesterday&to=2026-6-1')).toEqual({});
});

test.each([
  ['', 1, true],
  ['status=RUNNING&kind=STATIC&product=meters&text=JUNE', 1, true],
  ['from=2026-06-02&to=2026-06-02', 2, true],
  ['from=2026-06-02', 1, false],
  ['to=2026-06-01', 2, false],
  ['status=HALTED', 1, false],
  ['text=july', 1, false],
])('R-UI-3: whether a batch that was made fits “%s” on the %dst of June: %s', (query, day, expected) => {
  expect(fits(of(query), created(day))).toBe(expected);
});

test('R-UI-3: rows keep their places while the list changes, and what has come is counted', () => {
  const row = (id: string, word = '') => ({ id, word });
  let list = followed([row('a'), row('b')]);
  list = changed(list, 'b', row('b', 'changed'), () => false);
  expect(list.rows).toEqual([row('a'), row('b', 'changed')]);
  list = changed(list, 'a', null, () => true);
  expect([list.rows.length, [...list.gone]]).toEqual([2, ['a']]);
  list = changed(list, 'c', row('c'), () => true);
  list = changed(list, 'd', row('d'), () => true);
  expect([...list.unseen]).toEqual(['c', 'd']);
  expect(changed(list, 'd', row('d'), () => true)).toBe(list);
  list = changed(list, 'c', null, () => true);
  list = changed(list, 'd', row('d'), () => false);
  expect([...list.unseen]).toEqual([]);
  expect(changed(list, 'e', row('e'), () => false)).toBe(list);
});
