/**
 * Bytes of the JSON that a value becomes, without making it: one text may stand in an answer a thousand times, and is one in memory until it
 * is written. Counts to a little beyond `most` and no further; never recurses.
 */
export function jsonBytes(value: unknown, most: number): number {
  let bytes = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && bytes <= most) {
    const one = open.pop();
    if (typeof one === 'string') bytes += textBytes(one);
    else if (typeof one !== 'object' || one === null) bytes += String(one).length;
    else if ('toJSON' in one && typeof one.toJSON === 'function') open.push(one.toJSON());
    else if (Array.isArray(one)) {
      bytes += 2 + Math.max(0, one.length - 1);
      for (const item of one) open.push(item ?? null);
    } else bytes += 1 + pushed(one, open);
  }
  return bytes;
}

/** Bytes of the names with what stands around them. */
function pushed(holder: object, open: unknown[]): number {
  let bytes = 1;
  let isFirst = true;
  for (const [name, value] of Object.entries(holder)) {
    if (value === undefined) continue;
    bytes += textBytes(name) + (isFirst ? 1 : 2);
    isFirst = false;
    open.push(value);
  }
  return bytes;
}

const textBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text));
