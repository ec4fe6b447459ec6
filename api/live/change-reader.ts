import { setTimeout as delay } from 'node:timers/promises';
import { type Change, isLost, type LiveSource, type Tail, tailOf } from './source';

export interface ChangeReader {
  /** Resolves when it stands in the log; rejects when the store can't be read now. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Everything up to here was handed over. */
  position(): string;
}

export interface ChangeHandlers {
  /** A promise holds the stream back until it settles. */
  onChange(change: Change): Promise<void> | undefined;
  /** Changes were missed for good. */
  onLost(): void;
}

const AWAIT_MS = 1_000;
const BACKOFF_MS = [100, 500, 1_000, 2_000, 5_000] as const;

/** The one change stream of a process: follows, remembers where it stands, and begins again there after any failure. */
export function createChangeReader(source: LiveSource, handlers: ChangeHandlers): ChangeReader {
  let token: string | null = null;
  let tail: Tail | null = null;
  let following: Promise<void> | null = null;
  let missed = false;
  const stopping = new AbortController();

  /** One step along the log; without news it takes as long as the server waits for some. */
  async function step(): Promise<void> {
    tail ??= tailOf(source, token, AWAIT_MS);
    const change = await tail.next();
    token = tail.cursor() ?? token;
    if (missed) {
      missed = false;
      handlers.onLost();
    }
    if (change) await handlers.onChange(change);
  }

  async function follow(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        await step();
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        await beginAnew(error, failures);
        failures += 1;
      }
    }
  }

  /** From the token, or from now when the log is gone: then readers are told as soon as the stream stands again. */
  async function beginAnew(error: unknown, failures: number): Promise<void> {
    await closeTail();
    const lost = isLost(error);
    source.logger.warn({ err: error, lost, failures }, 'The change stream broke and begins again');
    if (lost) {
      token = null;
      missed = true;
    }
    const wait = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)];
    await delay(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  async function closeTail(): Promise<void> {
    const open = tail;
    tail = null;
    await open?.close();
  }

  return {
    async start() {
      await step().catch(async (error) => {
        await closeTail();
        throw error;
      });
      following = follow();
    },
    async stop() {
      stopping.abort();
      await closeTail();
      await following;
    },
    position: () => token ?? '',
  };
}
