import type { Skipped } from './events';

/**
 * What waits for one reader: bounded, latest wins per key, oldest first. A key keeps its place while it waits, so that one that changes all
 * the time reaches a slow reader as soon as the others.
 */
export interface LatestQueue<T> {
  put(key: string, value: T): void;
  /** Puts what is older in front of what waits; a key that waits already keeps its newer value. */
  putBefore(entries: readonly (readonly [string, T])[]): void;
  /** Forgets what waits: the reader has to start anew anyhow. */
  clear(): void;
  /** While held, values gather and none is handed out. */
  hold(held: boolean): void;
  end(): void;
  readonly items: AsyncIterableIterator<{ value: T } & Skipped>;
}

/** A value as it is handed out at the place of the one that it replaces: with its cursor, behind which nothing may be lost that waits. */
export const atCursorOf = <T extends { cursor: string }>(older: T, newer: T): T => ({ ...newer, cursor: older.cursor });

export function createLatestQueue<T>(limit: number, onEnd: () => void, inPlaceOf: (older: T, newer: T) => T): LatestQueue<T> {
  type Item = { value: T } & Skipped;
  let waiting = new Map<string, T>();
  let readers: ((result: IteratorResult<Item>) => void)[] = [];
  let [held, ended, skipped, dropped] = [false, false, 0, 0];

  function take(): Item | null {
    if (held) return null;
    for (const [key, value] of waiting) {
      waiting.delete(key);
      const item = { value, skipped, dropped };
      [skipped, dropped] = [0, 0];
      return item;
    }
    return null;
  }

  function serve(): void {
    while (readers.length > 0) {
      const item = take();
      if (!item) return;
      readers.shift()?.({ value: item, done: false });
    }
  }

  function trim(): void {
    for (const key of waiting.keys()) {
      if (waiting.size <= limit) return;
      waiting.delete(key);
      skipped += 1;
      dropped += 1;
    }
  }

  function end(): void {
    if (ended) return;
    ended = true;
    waiting.clear();
    for (const reader of readers) reader({ value: undefined, done: true });
    readers = [];
    onEnd();
  }

  const items: LatestQueue<T>['items'] = {
    async next() {
      if (ended) return { value: undefined, done: true };
      const item = take();
      return item ? { value: item, done: false } : new Promise((resolve) => readers.push(resolve));
    },
    async return() {
      end();
      return { value: undefined, done: true };
    },
    async throw(error: unknown) {
      end();
      throw error;
    },
    [Symbol.asyncIterator]: () => items,
  };

  return {
    put(key, value) {
      if (ended) return;
      const older = waiting.get(key);
      if (older !== undefined) skipped += 1;
      waiting.set(key, older === undefined ? value : inPlaceOf(older, value));
      trim();
      serve();
    },
    putBefore(entries) {
      if (ended) return;
      const older = entries.filter(([key]) => !waiting.has(key));
      waiting = new Map([...older, ...waiting]);
      trim();
      serve();
    },
    clear: () => waiting.clear(),
    hold(value) {
      held = value;
      serve();
    },
    end,
    items,
  };
}
