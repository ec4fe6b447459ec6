/** Things in the order of the times at which they are due: a binary heap in which each can be moved and taken out. */
export interface DueQueue<T> {
  /** Puts it in, or moves it. */
  set(item: T, at: number): void;
  delete(item: T): void;
  first(): { item: T; at: number } | undefined;
  clear(): void;
}

interface Entry<T> {
  item: T;
  at: number;
  index: number;
}

export function createDueQueue<T>(): DueQueue<T> {
  const heap: Entry<T>[] = [];
  const entries = new Map<T, Entry<T>>();

  const place = (entry: Entry<T>, index: number): void => {
    heap[index] = entry;
    entry.index = index;
  };

  function rise(entry: Entry<T>): void {
    let { index } = entry;
    while (index > 0) {
      const above = heap[(index - 1) >> 1] as Entry<T>;
      if (above.at <= entry.at) break;
      const free = above.index;
      place(above, index);
      index = free;
    }
    place(entry, index);
  }

  function sink(entry: Entry<T>): void {
    let { index } = entry;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const below = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (below === undefined || below.at >= entry.at) break;
      const free = below.index;
      place(below, index);
      index = free;
    }
    place(entry, index);
  }

  return {
    set(item, at) {
      let entry = entries.get(item);
      if (entry === undefined) {
        entry = { item, at, index: heap.length };
        heap.push(entry);
        entries.set(item, entry);
      }
      entry.at = at;
      rise(entry);
      sink(entry);
    },
    delete(item) {
      const entry = entries.get(item);
      if (entry === undefined) return;
      entries.delete(item);
      const last = heap.pop() as Entry<T>;
      if (last === entry) return;
      place(last, entry.index);
      rise(last);
      sink(last);
    },
    first() {
      const entry = heap[0];
      return entry && { item: entry.item, at: entry.at };
    },
    clear() {
      heap.length = 0;
      entries.clear();
    },
  };
}
