/** Whether lists and objects of a value that JSON gave are within each other deeper than `most`. Never recurses. */
export function isNestedDeeper(value: unknown, most: number): boolean {
  let level: object[] = isHolder(value) ? [value] : [];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === most) return true;
    level = level.flatMap((holder) => (Array.isArray(holder) ? holder : Object.values(holder)).filter(isHolder));
  }
  return false;
}

const isHolder = (value: unknown): value is object => typeof value === 'object' && value !== null;
