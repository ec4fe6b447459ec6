import { compared } from '../../../console/src/pages/devices/compare';
import { fieldOf, filterOf, orderOf } from '../../../console/src/pages/devices/filter';
import { fits } from '../../../console/src/pages/devices/fits';
import { createPages } from '../../../console/src/pages/devices/pages';

/** A list of `length` rows, read as the API gives it: the cursor of a page is that of the last row before it. */
function listOf(length: number) {
  const pages = createPages<number>(10, 3);
  const read = (page: number): void => {
    const after = pages.cursorOf(page);
    const from = after === null ? 0 : Number(after) + 1;
    const rows = Array.from({ length: Math.max(0, Math.min(10, length - from)) }, (_, index) => from + index);
    pages.put(page, { rows, next: from + rows.length < length ? String(from + rows.length - 1) : null });
  };
  const see = (first: number, last: number): number[] => {
    const asked: number[] = [];
    for (let page = pages.missing(first, last); page !== null; page = pages.missing(first, last)) {
      asked.push(page);
      read(page);
    }
    return asked;
  };
  return { pages, see };
}

test('R-UI-3: a list is read as far as it is seen, and its length is known at its end', () => {
  const { pages, see } = listOf(35);
  expect(see(0, 9)).toEqual([0]);
  expect([pages.count, pages.hasMore, pages.row(9), pages.row(10)]).toEqual([10, true, 9, undefined]);
  expect(see(5, 99)).toEqual([1, 2]);
  expect(see(20, 99)).toEqual([3]);
  expect([pages.count, pages.hasMore, pages.row(34), pages.row(35)]).toEqual([35, false, 34, undefined]);
  expect(see(30, 99)).toEqual([]);
});

test('R-UI-3: of a long list only what is near is held, and what was left behind is read again', () => {
  const { pages, see } = listOf(1_000);
  for (let row = 0; row < 1_000; row += 10) see(row, row + 10);
  expect([pages.count, pages.row(0), pages.row(995)]).toEqual([1_000, undefined, 995]);
  expect(see(0, 9)).toEqual([0]);
  expect([pages.row(3), pages.count, pages.hasMore]).toEqual([3, 1_000, false]);
});

test('R-UI-3: an empty list has an end, and one that was forgotten is read again where it is seen', () => {
  const empty = listOf(0);
  expect(empty.see(0, 99)).toEqual([0]);
  expect([empty.pages.count, empty.pages.hasMore]).toEqual([0, false]);
  const { pages, see } = listOf(25);
  see(0, 24);
  pages.forget();
  expect([pages.count, pages.row(12)]).toEqual([25, undefined]);
  expect(see(11, 15)).toEqual([1]);
});

test('R-UI-3: the address of the list is the filter of the API, and its errors are told at their fields', () => {
  const search = new URLSearchParams('product=meters&name=m-1&online=no&group=g1&psk=me&page=7&online2=yes&version=');
  expect(filterOf(search)).toEqual({ productKey: 'meters', namePrefix: 'm-1', online: false, groupId: 'g1', pskIdentity: 'me' });
  expect(filterOf(new URLSearchParams('online=perhaps'))).toEqual({});
  expect([fieldOf('filter.productKey'), fieldOf('filter.province'), fieldOf('first'), fieldOf(null)]).toEqual([
    'product',
    'province',
    null,
    null,
  ]);
});

test('R-UI-3: a tag, the dialect, the state and the order stand in the address as well', () => {
  const search = new URLSearchParams('tag=line=a=b&dialect=LWM2M&enabled=no&order=desc');
  expect(filterOf(search)).toEqual({ tag: { key: 'line', value: 'a=b' }, dialect: 'LWM2M', enabled: false });
  expect(filterOf(new URLSearchParams('tag=line&dialect=X&enabled=maybe'))).toEqual({ tag: { key: 'line', value: '' } });
  expect([orderOf(search), orderOf(new URLSearchParams())]).toEqual(['DESCENDING', 'ASCENDING']);
  expect([fieldOf('filter.tag.value'), fieldOf('filter.tag')]).toEqual(['tag', 'tag']);
});

const DEVICE = {
  ...{ deviceName: 'meter-7', productKey: 'meters', dialect: 'LINK', enabled: true, online: false, owner: 'u' },
  region: { province: 'P', city: 'C' },
  modules: [
    { name: 'default', version: '1.0' },
    { name: 'mcu', version: '2.0' },
  ],
  tags: [{ key: 'line', value: '7' }],
};

test.each([
  ['', true],
  ['name=meter-&product=meters&online=no&enabled=yes&dialect=LINK&owner=u&province=P&city=C&tag=line=7&version=1.0', true],
  ['module=MCU&version=2.0', true],
  ['module=mcu', true],
  ['version=2.0', false],
  ['module=other', false],
  ['online=yes', false],
  ['name=eter', false],
  ['tag=line=8', false],
  // Only the API can tell.
  ['group=g', false],
])('R-UI-3: whether a device that has come fits “%s” is known without asking: %s', (query, expected) => {
  expect(fits(filterOf(new URLSearchParams(query)), DEVICE)).toBe(expected);
});

test('R-UI-3: a page that is read again tells who has gone and who has come, and nothing of its neighbours', () => {
  const rows = (ids: string): { id: string }[] => [...ids].map((id) => ({ id }));
  expect(compared(rows('bcde'), rows('bcde'), false)).toEqual({ gone: [], come: [] });
  // Two have come, which push two out at the end.
  expect(compared(rows('bdfh'), rows('abcd'), false)).toEqual({ gone: [], come: ['a', 'c'] });
  // One has gone, and one comes in from the next page.
  expect(compared(rows('bdfh'), rows('bfhj'), false)).toEqual({ gone: ['d'], come: [] });
  expect(compared(rows('bd'), rows('be'), true)).toEqual({ gone: ['d'], come: ['e'] });
  expect(compared(rows('bd'), [], true)).toEqual({ gone: ['b', 'd'], come: [] });
});

test('R-UI-3: rows that are held change in their places', () => {
  const { pages, see } = listOf(25);
  see(0, 24);
  pages.replace((row) => (row === 12 ? 1_200 : row));
  expect([pages.row(12), pages.row(13), pages.count]).toEqual([1_200, 13, 25]);
  expect(pages.rowsOf(2)).toEqual([20, 21, 22, 23, 24]);
});
