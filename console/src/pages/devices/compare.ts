interface Identified {
  readonly id: string;
}

/**
 * What a page that is read once more says of the rows that are shown. Rows that were pushed out at its end by others, or came in there, are
 * those of its neighbours: nothing is said of them.
 */
export function compared(shown: readonly Identified[], read: readonly Identified[], isLast: boolean): { gone: string[]; come: string[] } {
  const now = new Map(read.map(({ id }, index) => [id, index]));
  const before = new Set(shown.map(({ id }) => id));
  const lastShown = isLast ? shown.length : shown.findLastIndex(({ id }) => now.has(id));
  const lastRead = isLast ? read.length : read.findLastIndex(({ id }) => before.has(id));
  return {
    gone: shown.slice(0, lastShown + 1).flatMap(({ id }) => (now.has(id) ? [] : [id])),
    come: read.slice(0, lastRead + 1).flatMap(({ id }) => (before.has(id) ? [] : [id])),
  };
}
