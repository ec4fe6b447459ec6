interface Waiting<I, R> {
  item: I;
  resolve(result: R | PromiseLike<R>): void;
  reject(error: unknown): void;
}

export interface Bundle<I, R> {
  /** Null: as many wait as may. */
  add(item: I): Promise<R> | null;
}

/**
 * Work on many things that is cheaper together: whatever comes while a run is under way is taken by the next one, so nothing waits for a
 * timer, and the busier it is the larger the runs. No two items with one key are in one run. A result may be still to come: the next run does
 * not wait for it.
 */
export function createBundle<I, R>(
  run: (items: readonly I[]) => Promise<readonly (R | PromiseLike<R>)[]>,
  { keyOf, most = 500, waitingMost = 20_000 }: { keyOf(item: I): string; most?: number; waitingMost?: number },
): Bundle<I, R> {
  let waiting: Waiting<I, R>[] = [];
  let running = false;

  function take(): Waiting<I, R>[] {
    const taken = new Map<string, Waiting<I, R>>();
    const left: Waiting<I, R>[] = [];
    for (const each of waiting) {
      const key = keyOf(each.item);
      if (taken.size >= most || taken.has(key)) left.push(each);
      else taken.set(key, each);
    }
    waiting = left;
    return [...taken.values()];
  }

  async function work(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const taken = take();
      try {
        const results = await run(taken.map(({ item }) => item));
        for (const [index, { resolve }] of taken.entries()) resolve(results[index] as R | PromiseLike<R>);
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    running = false;
  }

  return {
    add(item) {
      if (waiting.length >= waitingMost) return null;
      const result = new Promise<R>((resolve, reject) => waiting.push({ item, resolve, reject }));
      // What this turn of the event loop brings goes together.
      if (!running) {
        running = true;
        setImmediate(() => void work());
      }
      return result;
    },
  };
}
