/** Rows of a page that is read. */
export const PAGE_ROWS = 100;
/** Pages that are kept: those farthest from what is seen go first, and are read again by whoever scrolls back to them. */
export const KEPT_PAGES = 30;

export interface ReadPage<T> {
  readonly rows: readonly T[];
  /** Of its last row; null where a list ends. */
  readonly next: string | null;
}

/** A list of any length, of which only what is near to what is seen is held. */
export interface Pages<T> {
  /** Rows that are known to be there. */
  readonly count: number;
  readonly hasMore: boolean;
  /** Undefined: it was read before, and has to be read again. */
  row(index: number): T | undefined;
  /** The page to read next so that these rows can be shown; null: all are there. */
  missing(first: number, last: number): number | null;
  /** The cursor that a page is read behind. */
  cursorOf(page: number): string | null;
  put(page: number, read: ReadPage<T>): void;
  /** The rows of a page, where they are held. */
  rowsOf(page: number): readonly T[] | undefined;
  /** Rows that are held become others; the list keeps its length and its order. */
  replace(row: (before: T) => T): void;
  /** Everything is read again as it comes into sight. */
  forget(): void;
}

export function createPages<T>(pageRows = PAGE_ROWS, keptPages = KEPT_PAGES): Pages<T> {
  const kept = new Map<number, readonly T[]>();
  /** Where each page begins; the last one may not have been read yet. */
  const cursors: (string | null)[] = [null];
  let ended = false;
  let lastRows = 0;
  const knownPages = (): number => (ended ? cursors.length : cursors.length - 1);

  return {
    get count() {
      return ended ? (cursors.length - 1) * pageRows + lastRows : knownPages() * pageRows;
    },
    get hasMore() {
      return !ended;
    },
    row: (index) => kept.get(Math.floor(index / pageRows))?.[index % pageRows],
    missing(first, last) {
      const from = Math.floor(Math.max(0, first) / pageRows);
      // No more than is held: else what was read would be dropped for the next, and read again for ever.
      const to = Math.min(Math.floor(Math.max(0, last) / pageRows), cursors.length - 1, from + keptPages - 1);
      for (let page = from; page <= to; page += 1) if (!kept.has(page)) return page;
      return null;
    },
    cursorOf: (page) => cursors[page] ?? null,
    put(page, { rows, next }) {
      kept.delete(page);
      kept.set(page, rows);
      if (next === null) {
        // Also where a list has become shorter since.
        cursors.length = page + 1;
        ended = true;
        lastRows = rows.length;
        for (const each of kept.keys()) if (each > page) kept.delete(each);
      } else if (page === cursors.length - 1) {
        cursors.push(next);
        ended = false;
      }
      if (kept.size <= keptPages) return;
      const farthest = [...kept.keys()].sort((a, b) => Math.abs(b - page) - Math.abs(a - page));
      for (const each of farthest.slice(0, kept.size - keptPages)) kept.delete(each);
    },
    rowsOf: (page) => kept.get(page),
    replace(row) {
      for (const [page, rows] of kept) kept.set(page, rows.map(row));
    },
    forget: () => kept.clear(),
  };
}
