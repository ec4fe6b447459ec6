/** A message of a registered device, or its answer, has come to a gateway. */
export interface Heard {
  registrationId: string;
  gatewayId: string;
  at: Date;
}

export interface HeardDevices {
  /** Never waits, never throws. */
  add(heard: Heard): void;
  /** When it was heard last, of what is not written yet. */
  lastOf(registrationId: string): Date | null;
  /** Writes what is left; for the end of the process. */
  close(): Promise<void>;
}

const EVERY_MS = 1_000;
const AT_ONCE = 500;
/** Beyond so many, what comes is not told: such a device counts as asleep a little early. */
const MOST = 100_000;

/**
 * What devices say is written together: the first at once, so that a short window is known while it lasts, and whatever follows within a
 * second at its end. A write that fails is made again, with what has come since.
 */
export function createHeardDevices(write: (heard: readonly Heard[]) => Promise<unknown>, everyMs = EVERY_MS): HeardDevices {
  let waiting = new Map<string, Heard>();
  let beingWritten: ReadonlyMap<string, Heard> = new Map();
  let timer: NodeJS.Timeout | null = null;
  let lastRun = 0;
  let running: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    const taken = [...waiting.values()];
    beingWritten = waiting;
    waiting = new Map();
    for (let from = 0; from < taken.length; from += AT_ONCE) {
      const chunk = taken.slice(from, from + AT_ONCE);
      await write(chunk).catch(() => {
        for (const heard of chunk) if (!waiting.has(heard.registrationId)) keep(heard);
      });
    }
    beingWritten = new Map();
  }

  function keep(heard: Heard): void {
    if (waiting.size < MOST || waiting.has(heard.registrationId)) waiting.set(heard.registrationId, heard);
  }

  function schedule(): void {
    timer ??= setTimeout(
      () => {
        running = flush().then(() => {
          timer = null;
          lastRun = Date.now();
          if (waiting.size > 0) schedule();
        });
      },
      Math.max(0, lastRun + everyMs - Date.now()),
    ).unref();
  }

  return {
    add(heard) {
      const known = waiting.get(heard.registrationId);
      if (known && known.at > heard.at) return;
      keep(heard);
      schedule();
    },
    lastOf: (registrationId) => (waiting.get(registrationId) ?? beingWritten.get(registrationId))?.at ?? null,
    async close() {
      if (timer) clearTimeout(timer);
      await running;
      if (timer) clearTimeout(timer);
      await flush();
    },
  };
}
