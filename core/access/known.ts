import { LRUCache } from 'lru-cache';
import { atMost } from '../at-most';
import type { Clock } from '../clock';

export interface Known<T> {
  /** What the store had at most `ttlMs` ago. `wasKnown`: it was not asked now. */
  get(id: string): Promise<{ value: T | null; wasKnown: boolean }>;
  /** After a change was written: no `get` that begins from now on, and none under way, gives what was before. */
  forget(id: string): void;
}

export interface KnownOptions<T> {
  load(id: string): Promise<T | null>;
  ttlMs: number;
  most: number;
  clock: Clock;
}

interface Look<T> {
  result: Promise<T | null>;
  /** It began before a change, so what it brings may no longer be so. */
  isStale: boolean;
}

/**
 * What proves somebody, kept for a while: a change made in this process is certain at once, one made elsewhere after `ttlMs`.
 * What is not found is not kept: guesses must not push out what is known.
 */
export function createKnown<T extends object>({ load, ttlMs, most, clock }: KnownOptions<T>): Known<T> {
  const now = (): number => clock().getTime();
  const known = new LRUCache<string, T>({ ...atMost(most), ttl: ttlMs, ttlResolution: 0, perf: { now } });
  const looks = new Map<string, Look<T>>();

  function begin(id: string): Look<T> {
    const start = now();
    const look: Look<T> = { isStale: false, result: load(id) };
    looks.set(id, look);
    const end = (): void => {
      if (looks.get(id) === look) looks.delete(id);
    };
    look.result.then((value) => {
      // Its age counts from when it was asked for.
      if (value && !look.isStale) known.set(id, value, { start });
      end();
    }, end);
    return look;
  }

  return {
    async get(id) {
      for (;;) {
        const value = known.get(id);
        if (value) return { value, wasKnown: true };
        const look = looks.get(id) ?? begin(id);
        const found = await look.result;
        if (!look.isStale) return { value: found, wasKnown: false };
      }
    },
    forget(id) {
      known.delete(id);
      const look = looks.get(id);
      if (look) look.isStale = true;
      looks.delete(id);
    },
  };
}
