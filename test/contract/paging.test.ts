import fc from 'fast-check';
import { decodeCursor, encodeCursor } from '../../core/paging/cursor';
import type { Page } from '../../core/paging/page';
import { pageOf, type Sort } from '../../core/paging/page-of';
import type { Product } from '../../schema/model/product';
import { refusal } from '../support/core-parts';
import { useStore } from '../support/store';

const limits = { pageSize: 100 };

const store = useStore({ keepsDocuments: true });
beforeAll(async () => {
  const start = Date.UTC(2026, 0, 1);
  await store.collections.products.insertMany(
    Array.from({ length: 23 }, (_, index) => ({
      _id: `product${String(index).padStart(2, '0')}`,
      name: `name ${index % 3}`,
      dialect: 'LINK' as const,
      createdAt: new Date(start + (index % 5) * 1_000),
    })),
  );
});

async function walk(sort: Sort, first: number): Promise<string[]> {
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page<Product> = await pageOf(store.collections.products, {}, sort, { first, after }, limits);
    seen.push(...page.rows.map(({ node }) => node._id));
    const last = page.rows.at(-1);
    if (!page.hasNextPage || !last) return seen;
    after = last.cursor;
  }
}

test.each<[string, Sort]>([
  ['by id', { _id: 1 }],
  ['backwards', { _id: -1 }],
  ['by a text that repeats', { name: 1 }],
  ['by a time that repeats, backwards', { createdAt: -1, _id: -1 }],
  ['by two keys in two directions', { createdAt: 1, name: -1 }],
])('pages %s give every row once, in the order of one query', async (_, sort) => {
  const all = await store.collections.products
    .find()
    .sort('_id' in sort ? sort : { ...sort, _id: 1 })
    .toArray();
  expect(await walk(sort, 4)).toEqual(all.map(({ _id }) => _id));
});

test('a page that ends the list says so', async () => {
  const page = await pageOf(store.collections.products, {}, { _id: 1 }, { first: 23 }, limits);
  expect(page).toMatchObject({ hasNextPage: false });
  expect(page.rows).toHaveLength(23);
});

test.each([0, 101, 1.5, -1, Number.NaN])('a page of %p rows is refused', async (first) => {
  const page = pageOf(store.collections.products, {}, { _id: 1 }, { first }, limits);
  expect(await refusal(page)).toEqual([{ code: 'OUT_OF_RANGE', field: 'first' }]);
});

test('a cursor of another order is refused', async () => {
  const { rows } = await pageOf(store.collections.products, {}, { name: 1 }, { first: 1 }, limits);
  const misused = pageOf(store.collections.products, {}, { _id: 1 }, { after: rows[0]?.cursor ?? '' }, limits);
  expect(await refusal(misused)).toEqual([{ code: 'INVALID_CURSOR', field: 'after' }]);
});

test.each([
  ['empty', ''],
  ['no base64url', 'a b+c/'],
  ['not JSON', Buffer.from('hello').toString('base64url')],
  ['an operator', Buffer.from(JSON.stringify(['_id', { $gt: '' }])).toString('base64url')],
  ['a time that is none', Buffer.from(JSON.stringify(['_id', { at: 1e300 }])).toString('base64url')],
  ['endless', 'A'.repeat(5_000)],
])('a cursor that is %s is refused', async (_, after) => {
  const page = pageOf(store.collections.products, {}, { _id: 1 }, { after }, limits);
  expect(await refusal(page)).toEqual([{ code: 'INVALID_CURSOR', field: 'after' }]);
});

test('a cursor gives back the values it was made of', () => {
  const value = fc.oneof(fc.string({ maxLength: 40 }), fc.integer(), fc.boolean(), fc.date({ noInvalidDate: true }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), (values) => {
      expect(decodeCursor('a -b', values.length, encodeCursor('a -b', values))).toEqual(values);
    }),
  );
});
