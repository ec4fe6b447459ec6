import { UserError } from '../errors';

/** Values a list can be sorted by. None is null: a null sorts, but can't be compared with. */
export type SortValue = string | number | boolean | Date;

const LONGEST = 1_024;

type Wire = string | number | boolean | { at: number };

/** Opaque to callers; carries the sort's name so that a cursor of another list is refused rather than misread. */
export function encodeCursor(order: string, values: readonly SortValue[]): string {
  const wire: Wire[] = values.map((value) => (value instanceof Date ? { at: value.getTime() } : value));
  return Buffer.from(JSON.stringify([order, ...wire])).toString('base64url');
}

/** Throws INVALID_CURSOR for whatever `encodeCursor` didn't write for this order. */
export function decodeCursor(order: string, count: number, cursor: string): SortValue[] {
  const parsed = cursor.length <= LONGEST && /^[\w-]+$/.test(cursor) ? parse(cursor) : null;
  if (!Array.isArray(parsed) || parsed.length !== count + 1 || parsed[0] !== order) throw invalidCursor();
  return parsed.slice(1).map(sortValueOf);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/** An operator in disguise (`{"$gt": …}`) must not pass. */
function sortValueOf(value: unknown): SortValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  const at = typeof value === 'object' && value !== null && 'at' in value ? value.at : null;
  if (typeof at !== 'number' || !Number.isFinite(new Date(at).getTime())) throw invalidCursor();
  return new Date(at);
}

const invalidCursor = (): UserError =>
  new UserError('INVALID_CURSOR', {
    field: 'after',
    message: 'The cursor is not one this list gave out.',
    hint: 'Pass on `endCursor` or an edge’s `cursor` of the same list and order, or leave `after` out to begin anew.',
  });
