/**
 * A cursor is the `_data` of a change stream's resume token: a hexadecimal key string, so that two of them
 * compare as strings in the order of the log.
 */
export const isCursor = (text: string): boolean => /^8[0-9A-F]{17,1023}$/.test(text);

export const reaches = (cursor: string, target: string): boolean => cursor >= target;

/** The time of the log that a cursor begins with, `82` before it. */
const timeOf = (cursor: string): bigint | null => (/^82[0-9A-F]{16}/.test(cursor) ? BigInt(`0x${cursor.slice(2, 18)}`) : null);

/**
 * A stream that was opened where the log ends stands one tick behind its last entry, which no other gets to before something is written.
 * Whoever has read that entry, and found nothing after it, has read all that there is.
 */
export function isNextTo(cursor: string, target: string): boolean {
  const [from, to] = [timeOf(cursor), timeOf(target)];
  return from !== null && to !== null && to - from <= 1n;
}

/**
 * What a reader of all devices of an owner is given: the cursor and which devices these were, since the log does not tell what the reader
 * has not seen of a device that was gained meanwhile. Nothing behind the dot: the devices had changed, and the reader was not told yet.
 */
export const stamped = (cursor: string, stamp: string): string => `${cursor}.${stamp}`;

export function unstamped(text: string): { cursor: string; stamp: string } {
  const [cursor = '', stamp = ''] = text.split('.');
  return { cursor, stamp };
}
