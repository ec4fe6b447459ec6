/** `start` and `end` are both included. */
export interface ByteRange {
  start: number;
  end: number;
}

const ONE_RANGE = /^(?:(\d+)-(\d*)|-(\d+))$/;

/**
 * The one range of a `Range` header for `size` bytes (RFC 9110 §14.1.2), `'beyond'` when no byte of the file is in it, and null when
 * the header is to be ignored: no byte range at all, or several, which a server need not serve (§14.2) and no device asks for.
 */
export function parseRange(header: string, size: number): ByteRange | 'beyond' | null {
  const unit = /^bytes=(.*)$/i.exec(header.trim());
  const ranges = (unit?.[1] ?? '')
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '');
  const parts = ranges.length === 1 ? ONE_RANGE.exec(ranges[0] ?? '') : null;
  if (!parts) return null;
  const [, first, last, suffix] = parts;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? 'beyond' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last && Number(last) < start) return null;
  return start >= size ? 'beyond' : { start, end: last ? Math.min(Number(last), size - 1) : size - 1 };
}
