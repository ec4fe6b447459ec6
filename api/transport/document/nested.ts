/** Whether lists and objects of a value that JSON gave are within each other deeper than `most`. Never recurses. */
export function isNestedDeeper(value: unknown, most: number): boolean {
  let level: object[] = isHolder(value) ? [value] : [];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === most) return true;
    level = level.flatMap((holder) => (Array.isArray(holder) ? holder : Object.values(holder)).filter(isHolder));
  }
  return false;
}

/**
 * Whether a value that JSON gave has a list of more than `listItems`, or weighs more than `valueWeight`: what it takes to turn it into
 * inputs grows with both. A value weighs 1, an object as many as its type may have fields. Looks no further than the limit, and never recurses.
 */
export function valuesExcess(
  value: unknown,
  { listItems, valueWeight }: { listItems: number; valueWeight: number },
): 'listItems' | 'valueWeight' | null {
  const open: object[] = isHolder(value) ? [value] : [];
  let weight = 0;
  for (let holder = open.pop(); holder; holder = open.pop()) {
    const parts: readonly unknown[] = Array.isArray(holder) ? holder : Object.values(holder);
    if (parts === holder && parts.length > listItems) return 'listItems';
    weight += parts.length + (parts === holder ? 0 : OBJECT_WEIGHT);
    if (weight > valueWeight) return 'valueWeight';
    for (const part of parts) if (isHolder(part)) open.push(part);
  }
  return null;
}

/** Beside its values: an input has about so many fields, each looked at whether it is given or not. */
const OBJECT_WEIGHT = 4;

const isHolder = (value: unknown): value is object => typeof value === 'object' && value !== null;
