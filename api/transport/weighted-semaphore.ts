import { GraphQLError } from 'graphql';

export interface WeightedSemaphore {
  /** Takes an amount, and gives the function that releases it, when there is room. Throws BUSY when it takes too long, too many wait, or the one who asks has gone. */
  take(amount: number, owner: string, gone?: AbortSignal): Promise<() => void>;
}

export interface SemaphoreOptions {
  capacity: number;
  /** So many may wait. */
  waiting: number;
  /** And so many of one owner. */
  waitingOfOwner: number;
  timeoutMs: number;
}

interface Waiting {
  amount: number;
  owner: string;
  /** By the clock: a timer comes late to a process that is busy. */
  until: number;
  enter(): void;
  refuse(): void;
}

/** A bound for what is under way at once: first come, first served, and nobody has more than half of it. */
export function createWeightedSemaphore({ capacity, waiting, waitingOfOwner, timeoutMs }: SemaphoreOptions): WeightedSemaphore {
  const share = Math.ceil(capacity / 2);
  const held = new Map<string, number>();
  const queue = new Set<Waiting>();
  let used = 0;

  const fits = ({ amount, owner }: Pick<Waiting, 'amount' | 'owner'>): boolean =>
    used + amount <= capacity && (held.get(owner) ?? 0) + amount <= share;

  function enter({ amount, owner }: Pick<Waiting, 'amount' | 'owner'>): () => void {
    let isIn = true;
    used += amount;
    held.set(owner, (held.get(owner) ?? 0) + amount);
    return () => {
      if (!isIn) return;
      isIn = false;
      used -= amount;
      const left = (held.get(owner) ?? 0) - amount;
      if (left > 0) held.set(owner, left);
      else held.delete(owner);
      admit();
    };
  }

  /** Who waits for its own share holds up nobody; who waits for the whole room is not overtaken. */
  function admit(): void {
    const now = Date.now();
    for (const one of queue) if (one.until < now) one.refuse();
    for (const one of queue) {
      if (used + one.amount > capacity) return;
      if (fits(one)) one.enter();
    }
  }

  return {
    take(amount, owner, gone) {
      if (gone?.aborted) return Promise.reject(busy());
      const asked = { amount: Math.min(amount, share), owner };
      const mayEnter =
        fits(asked) && [...queue].every((other) => other.owner !== owner && (held.get(other.owner) ?? 0) + other.amount > share);
      if (mayEnter) return Promise.resolve(enter(asked));
      const own = [...queue].filter((other) => other.owner === owner).length;
      if (queue.size >= waiting || own >= waitingOfOwner) return Promise.reject(busy());
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          clearTimeout(timeout);
          gone?.removeEventListener('abort', one.refuse);
          queue.delete(one);
        };
        const one: Waiting = {
          ...asked,
          until: Date.now() + timeoutMs,
          enter() {
            leave();
            resolve(enter(one));
          },
          refuse() {
            leave();
            reject(busy());
          },
        };
        const timeout = setTimeout(() => {
          one.refuse();
          admit();
        }, timeoutMs);
        gone?.addEventListener('abort', one.refuse);
        queue.add(one);
      });
    },
  };
}

export const busy = (): GraphQLError =>
  new GraphQLError('As many large requests are under way as may be at once. Try again in a few seconds, or ask for less at a time.', {
    extensions: { code: 'BUSY', http: { status: 503 } },
  });
