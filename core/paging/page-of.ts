import type { mongo } from 'mongoose';
import { FIXED_LIMITS, type Limits } from '../../schema/model/limits';
import { UserError } from '../errors';
import { decodeCursor, encodeCursor, type SortValue } from './cursor';
import type { Page, PageRequest } from './page';

/** A list that no index serves must not hold the store for ever. */
const MAX_TIME_MS = 30_000;

/** A count that takes longer is none that comes along with a page. */
const MAX_COUNT_MS = 500;
/** MongoDB's code for it. */
const TIME_IS_UP = 50;

/** Sort keys in order, none of them nullable; `_id` is added at the end when it is missing, and the others are not unique together. */
export type Sort = Readonly<Record<string, 1 | -1>>;

/** One keyset page by one query. Throws OUT_OF_RANGE and INVALID_CURSOR. */
export async function pageOf<T extends { _id: string }>(
  collection: mongo.Collection<T>,
  filter: mongo.Filter<T>,
  sort: Sort,
  request: PageRequest,
  limits: Pick<Limits, 'pageSize'>,
  isUnique = false,
): Promise<Page<T>> {
  const first = firstOf(request, limits.pageSize);
  const keys = Object.entries('_id' in sort || isUnique ? sort : { ...sort, _id: 1 as const });
  const order = keys.map(([key, direction]) => `${direction === 1 ? '' : '-'}${key}`).join(' ');
  const after = request.after == null ? null : decodeCursor(order, keys.length, request.after);
  const rows = (await collection
    .find((after === null ? filter : { $and: [filter, beyond(keys, after)] }) as mongo.Filter<T>, { maxTimeMS: MAX_TIME_MS })
    .sort(Object.fromEntries(keys))
    .limit(first + 1)
    .toArray()) as T[];
  return {
    rows: rows.slice(0, first).map((node) => ({
      node,
      cursor: encodeCursor(
        order,
        keys.map(([key]) => valueAt(node, key)),
      ),
    })),
    hasNextPage: rows.length > first,
    total: () => totalOf(collection, filter),
  };
}

/** Null for more than are counted, and where no index finds them in time. */
async function totalOf<T extends { _id: string }>(collection: mongo.Collection<T>, filter: mongo.Filter<T>): Promise<number | null> {
  const limit = FIXED_LIMITS.itemsCounted + 1;
  try {
    const count = await collection.countDocuments(filter, { limit, maxTimeMS: MAX_COUNT_MS });
    return count < limit ? count : null;
  } catch (error) {
    if ((error as { code?: unknown }).code === TIME_IS_UP) return null;
    throw error;
  }
}

/** Throws OUT_OF_RANGE. */
export function firstOf({ first }: PageRequest, maximum: number): number {
  if (first == null) return Math.min(FIXED_LIMITS.pageSizeByDefault, maximum);
  if (Number.isInteger(first) && first >= 1 && first <= maximum) return first;
  throw new UserError('OUT_OF_RANGE', {
    field: 'first',
    message: `A page has 1 to ${maximum} rows, not ${first}.`,
    hint: `Give a whole number from 1 to ${maximum}, and page on with \`after\`.`,
    limit: `1–${maximum}`,
  });
}

/** Rows after `values`: greater in the last key, or equal up to a key and greater in it. */
function beyond(keys: readonly (readonly [string, 1 | -1])[], values: readonly SortValue[]): object {
  const branches = keys.map(([key, direction], index) => ({
    ...Object.fromEntries(keys.slice(0, index).map(([equal], position) => [equal, values[position]])),
    [key]: { [direction === 1 ? '$gt' : '$lt']: values[index] },
  }));
  if (branches.length === 1) return { ...branches[0] };
  const [[key, direction] = ['_id', 1]] = keys;
  // Follows from the others, and lets an index begin where the page does.
  return { [key]: { [direction === 1 ? '$gte' : '$lte']: values[0] }, $or: branches };
}

const valueAt = (row: object, key: string): SortValue => (row as Record<string, SortValue>)[key] as SortValue;
