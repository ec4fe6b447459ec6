const one = (): number => 1;

/** Of an LRU cache: with `max` it would take the memory of all its entries, and the milliseconds to fill it, before the first of them. */
export const atMost = (entries: number) => ({ maxSize: entries, sizeCalculation: one });
