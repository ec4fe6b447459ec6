/** Bounds of device-protocols §0.1. */
const MAXIMUM_BYTES = 64 * 1024;
const MAXIMUM_DEPTH = 16;

export type LenientJson = { ok: true; value: unknown } | { ok: false; reason: 'size' | 'depth' | 'syntax' };

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;

/**
 * Reads the JSON that devices really send: a comma before `}` or `]` and NUL bytes at the end are forgiven (device-protocols §0.1.2).
 * Never throws. Members are the object's own, `__proto__` too: read them with `own`.
 */
export function readLenientJson(payload: Buffer): LenientJson {
  if (payload.length > MAXIMUM_BYTES) return { ok: false, reason: 'size' };
  let end = payload.length;
  while (end > 0 && payload[end - 1] === 0) end -= 1;
  const bytes = end === payload.length ? payload : payload.subarray(0, end);

  const spare = scan(bytes);
  if (spare === null) return { ok: false, reason: 'depth' };
  try {
    return { ok: true, value: JSON.parse(spare.length === 0 ? bytes.toString('utf8') : without(bytes, spare)) };
  } catch {
    return { ok: false, reason: 'syntax' };
  }
}

/** Positions of the commas to leave out, or null when brackets nest too deep. UTF-8 continuation bytes are never ASCII, so bytes do. */
function scan(bytes: Buffer): number[] | null {
  const spare: number[] = [];
  let depth = 0;
  let inString = false;
  /** Position of a comma that follows a value and has had only blanks behind it. */
  let comma = -1;
  let last = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
      continue;
    }
    if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) continue;
    if (byte === BRACE_CLOSE || byte === BRACKET_CLOSE) {
      if (comma >= 0) spare.push(comma);
      depth -= 1;
    } else if (byte === BRACE_OPEN || byte === BRACKET_OPEN) {
      depth += 1;
      if (depth > MAXIMUM_DEPTH) return null;
    }
    comma = byte === COMMA && last !== COMMA && last !== BRACE_OPEN && last !== BRACKET_OPEN ? at : -1;
    inString = byte === QUOTE;
    last = byte;
  }
  return spare;
}

function without(bytes: Buffer, spare: readonly number[]): string {
  const copy = Buffer.from(bytes);
  for (const at of spare) copy[at] = 0x20;
  return copy.toString('utf8');
}

/** An own member of a parsed object, undefined for anything else. */
export function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
