/** Bytes of a text that goes into an entry, at most. */
const MOST_BYTES = 4_096;

/** How much is shown of lists and texts, from generous to little. */
const STEPS = [
  { items: 50, characters: 500, depth: 8 },
  { items: 10, characters: 100, depth: 6 },
  { items: 1, characters: 30, depth: 4 },
];

/** As the store gives it back: half a character becomes U+FFFD. */
export const wellFormed = (text: string): string => Buffer.from(text).toString();

/** JSON of at most 4 KB, which says what it left out; null for what is nothing. */
export function boundedJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  for (const step of STEPS) {
    const text = wellFormed(JSON.stringify(cut(value, step, 0)));
    if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  }
  return JSON.stringify({ leftOut: 'too long to be kept' });
}

function cut(value: unknown, step: (typeof STEPS)[number], depth: number): unknown {
  if (typeof value === 'string')
    return value.length <= step.characters ? value : `${value.slice(0, step.characters)}… (${value.length} characters)`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth >= step.depth) return '…';
  if (Array.isArray(value)) {
    const shown = value.slice(0, step.items).map((each) => cut(each, step, depth + 1));
    return value.length <= step.items ? shown : [...shown, `… ${value.length - step.items} more`];
  }
  const entries = Object.entries(value);
  const shown = entries.slice(0, step.items).map(([key, each]) => [key.slice(0, 100), cut(each, step, depth + 1)] as const);
  return Object.fromEntries(entries.length <= step.items ? shown : [...shown, ['…', `${entries.length - step.items} more`]]);
}
