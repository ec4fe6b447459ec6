import { createConnection } from 'mongoose';

/** Whether MongoDB answers, as far as is known. */
export interface StoreWatch {
  readonly away: boolean;
  /** Calls `listener` once, when MongoDB is found to be away. Gives what lets go of it. */
  whenAway(listener: () => void): () => void;
  stop(): Promise<void>;
}

/** For tests, and whoever has none. */
export const TRUSTED_STORE: StoreWatch = { away: false, whenAway: () => () => undefined, stop: async () => undefined };

const EVERY_MS = 500;
/** With one more for a stop right after an answer, and the answers to all that wait, less than 5 s. */
const MISSED = 7;
const TIMEOUT_MS = 10_000;

interface WatchOptions {
  onChange?: (away: boolean) => void;
  everyMs?: number;
}

/**
 * Asks MongoDB again and again, over a connection of its own: those for work may all be busy. It is away when it has answered nothing for
 * seven turns, which are counted and not timed, since a process that was busy or stood still has heard nothing either.
 */
export function watchStore(ping: () => Promise<unknown>, { onChange, everyMs = EVERY_MS }: WatchOptions = {}): StoreWatch {
  const listeners = new Set<() => void>();
  let away = false;
  let asking = false;
  let missed = 0;

  function set(next: boolean): void {
    if (away === next) return;
    away = next;
    onChange?.(away);
    if (!away) return;
    const told = [...listeners];
    listeners.clear();
    for (const listener of told) listener();
  }

  async function ask(): Promise<void> {
    asking = true;
    try {
      await ping();
      missed = 0;
      set(false);
    } catch {
      // Until it answers, what it says instead is no news.
    } finally {
      asking = false;
    }
  }

  const timer = setInterval(() => {
    missed += 1;
    if (missed > MISSED) set(true);
    if (!asking) void ask();
  }, everyMs).unref();
  void ask();

  return {
    get away() {
      return away;
    },
    whenAway(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async stop() {
      clearInterval(timer);
      listeners.clear();
    },
  };
}

export async function openStoreWatch(uri: string, onChange: (away: boolean) => void): Promise<StoreWatch> {
  const connection = await createConnection(uri, {
    ...{ appName: 'updraft-watch', maxPoolSize: 1, bufferCommands: false },
    ...{ serverSelectionTimeoutMS: TIMEOUT_MS, connectTimeoutMS: TIMEOUT_MS, socketTimeoutMS: TIMEOUT_MS },
  }).asPromise();
  const watch = watchStore(() => connection.db?.admin().command({ ping: 1 }) ?? Promise.reject(new Error('closed')), { onChange });
  return {
    get away() {
      return watch.away;
    },
    whenAway: watch.whenAway,
    async stop() {
      await watch.stop();
      await connection.close(true);
    },
  };
}

/** Names of the driver's errors that are about the connection, or the choice of a server, and not about what was asked. */
const FAILURES = /^Mongo(ose)?(Network|ServerSelection|PoolCleared|PoolClosed|NotConnected|TopologyClosed|WaitQueueTimeout)/;

export const isStoreFailure = (error: unknown): boolean => error instanceof Error && FAILURES.test(error.name);
