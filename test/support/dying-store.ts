import type { Store } from '../../schema/mongo/connect';

export interface DyingStore {
  store: Store;
  /** From now on the process lives for so many further calls of the store: of the next one it dies `before` its work, or `after`. */
  dieAt(call: number, when: 'before' | 'after'): void;
  /** Whether it has come to that. */
  died(): boolean;
}

const DEAD = 'the process is dead';
/** What answers at once. */
const CURSORS = new Set(['find', 'aggregate', 'watch']);

/** The store of a process that dies between two calls of it: what comes after its death does not come to be. */
export function dyingStore(store: Store): DyingStore {
  let left = Number.POSITIVE_INFINITY;
  let when: 'before' | 'after' = 'before';
  let dead = false;

  function call(name: string, run: () => unknown): unknown {
    left -= 1;
    const dies = left === 0;
    if (dead || (dies && when === 'before')) {
      dead = true;
      if (CURSORS.has(name)) throw new Error(DEAD);
      return Promise.reject(new Error(DEAD));
    }
    const result = run();
    if (!dies) return result;
    dead = true;
    if (!(result instanceof Promise)) return result;
    return result.then(() => {
      throw new Error(DEAD);
    });
  }

  const dying = <T extends object>(collection: T): T =>
    new Proxy(collection, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => call(String(name), () => (member as (...given: unknown[]) => unknown).apply(target, given));
      },
    });

  const collections = Object.fromEntries(
    Object.entries(store.collections).map(([name, collection]) => [name, dying(collection as object)]),
  ) as unknown as Store['collections'];
  return {
    store: { connection: store.connection, collections, ensureIndexes: () => store.ensureIndexes(), close: () => store.close() } as Store,
    dieAt(at, how) {
      left = at;
      when = how;
    },
    died: () => dead,
  };
}
