import type { Operation } from '../documents.js';
import type { Settings } from '../options.js';
import { type Failure, UpdraftError } from '../problems.js';
import type { Connection } from './connection.js';
import { openFeed, resumable } from './feed.js';

/**
 * The events of a subscription, one after the other. What a slow reader has not taken waits, up to `queuedEvents`; then the subscription
 * is let go, and goes on behind the last event that waits as soon as the reader has taken that.
 */
export async function* events(
  connection: Connection,
  settings: Settings,
  operation: Operation,
  given: Record<string, unknown>,
  signal: AbortSignal,
): AsyncGenerator<Record<string, unknown>, void, void> {
  const queue: Record<string, unknown>[] = [];
  const { after } = resumable(operation);
  let cursor = given[after];
  let failed: Failure | null = null;
  let over = false;
  let full = false;
  let wake = (): void => undefined;
  let stop = (): void => undefined;

  const open = (): void => {
    full = false;
    stop = openFeed(
      connection,
      settings,
      operation,
      { ...given, [after]: cursor },
      {
        next(data) {
          if (full) return;
          if (queue.length >= settings.queuedEvents) {
            full = true;
            stop();
          } else {
            queue.push(data);
            cursor = cursorOf(data);
          }
          wake();
        },
        failed(why) {
          failed = why;
          wake();
        },
        completed() {
          over = true;
          wake();
        },
      },
    );
  };
  const aborted = (): void => wake();
  signal.addEventListener('abort', aborted);
  try {
    if (signal.aborted) return;
    open();
    for (;;) {
      for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
        yield event;
        if (signal.aborted) return;
      }
      if (failed) throw new UpdraftError(failed);
      if (over) return;
      if (full) open();
      await new Promise<void>((resolve) => {
        wake = resolve;
        // It may have come since the queue was looked at.
        if (queue.length > 0 || failed || over || signal.aborted) resolve();
      });
      if (signal.aborted) return;
    }
  } finally {
    signal.removeEventListener('abort', aborted);
    stop();
  }
}

/** A generator that waits for an event would end with the next one: this one ends at once. */
export function endable<T>(
  outer: AbortSignal,
  make: (signal: AbortSignal) => AsyncGenerator<T, void, void>,
): AsyncGenerator<T, void, void> {
  const own = new AbortController();
  const inner = make(AbortSignal.any([outer, own.signal]));
  return {
    next: () => inner.next(),
    async return() {
      own.abort();
      return inner.return();
    },
    async throw(error) {
      own.abort();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const cursorOf = (data: Record<string, unknown>): unknown => (Object.values(data)[0] as { cursor: string }).cursor;
