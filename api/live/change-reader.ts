import { setTimeout as delay } from 'node:timers/promises';
import { type Change, cursorOf, isLost, type LiveSource, watchChanges } from './source';

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
  let stream: ReturnType<typeof watchChanges> | null = null;
  let following: Promise<void> | null = null;
  let stopped = false;

  /** One step along the log; without news it takes as long as the server waits for some. */
  async function step(): Promise<void> {
    stream ??= watchChanges(source, token, AWAIT_MS);
    const change = await stream.tryNext();
    token = cursorOf(stream) ?? token;
    if (change) await handlers.onChange(change);
  }

  async function follow(): Promise<void> {
    for (let failures = 0; !stopped; ) {
      try {
        await step();
        failures = 0;
      } catch (error) {
        if (stopped) return;
        await begin(error, failures);
        failures += 1;
      }
    }
  }

  async function begin(error: unknown, failures: number): Promise<void> {
    await closeStream();
    const lost = isLost(error);
    source.logger.warn({ err: error, lost, failures }, 'The change stream broke and begins again');
    if (lost) {
      token = null;
      await delay(BACKOFF_MS[0]);
      await step().catch(() => undefined);
      handlers.onLost();
      return;
    }
    await delay(BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)]);
  }

  async function closeStream(): Promise<void> {
    await stream?.close().catch(() => undefined);
    stream = null;
  }

  return {
    async start() {
      await step();
      following = follow();
    },
    async stop() {
      stopped = true;
      await closeStream();
      await following;
    },
    position: () => token ?? '',
  };
}
