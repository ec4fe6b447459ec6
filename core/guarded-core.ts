import { isStoreFailure, type StoreWatch } from '../schema/mongo/store-watch';
import type { Core } from './core';
import { UserError } from './errors';

type Guarded = Pick<StoreWatch, 'away' | 'whenAway'>;

/**
 * The core for whoever has somebody waiting: while MongoDB is away its calls end with STORE_UNAVAILABLE, also those that began before, and
 * what the driver says of its connections is the same. What a call has begun goes on: only its caller does not wait any longer.
 */
export function guardCore(core: Core, store: Guarded): Core {
  return Object.fromEntries(Object.entries(core).map(([name, service]) => [name, guardService(service, store)])) as unknown as Core;
}

function guardService<T extends object>(service: T, store: Guarded): T {
  const parts = service as Record<string, unknown>;
  const guarded = Object.entries(parts).map(([name, part]) => {
    if (typeof part !== 'function') return [name, part] as const;
    // Looked up with each call: what is put in a part's place counts.
    const call = (...given: unknown[]) => {
      const result = (parts[name] as (...given: unknown[]) => unknown).apply(service, given);
      if (result instanceof Promise) return unlessStoreAway(result, store);
      return isIterable(result) ? eachUnlessStoreAway(result, store) : result;
    };
    return [name, call] as const;
  });
  return Object.fromEntries(guarded) as T;
}

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

async function* eachUnlessStoreAway<T>(source: AsyncIterable<T>, store: Guarded): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await unlessStoreAway(iterator.next(), store);
      if (done) return;
      yield value;
    }
  } finally {
    // Not waited for: it may have to ask MongoDB.
    void iterator.return?.()?.catch(() => undefined);
  }
}

/** Rejects with STORE_UNAVAILABLE while MongoDB is away. */
export function unlessStoreAway<T>(work: Promise<T>, store: Guarded): Promise<T> {
  return new Promise((resolve, reject) => {
    const letGo = store.whenAway(() => reject(storeUnavailable()));
    if (store.away) reject(storeUnavailable());
    work.then(
      (value) => {
        letGo();
        resolve(value);
      },
      (error: unknown) => {
        letGo();
        reject(isStoreFailure(error) ? storeUnavailable() : error);
      },
    );
  });
}

const storeUnavailable = (): UserError =>
  new UserError('STORE_UNAVAILABLE', {
    message: 'MongoDB does not answer. A change that was asked for may have been carried out all the same.',
    hint: 'Try again in a few seconds; look first whether the change was made.',
  });
