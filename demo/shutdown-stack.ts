/** What was started, to be stopped in the reverse order. */
export interface ShutdownStack {
  /** Aborted when stopping begins. */
  readonly signal: AbortSignal;
  /** Counts as started from now on: a stop that comes before `starting` has settled waits for it. */
  own<T>(starting: Promise<T>, stop: (started: T) => Promise<void>): Promise<T>;
  /** May be called twice. */
  stop(): Promise<void>;
}

export function createShutdownStack(onProblem: (error: unknown) => void): ShutdownStack {
  const closers: (() => Promise<void>)[] = [];
  const begun = new AbortController();
  let stopping: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    begun.abort();
    for (const close of closers.splice(0).reverse()) await close().catch(onProblem);
  };
  return {
    signal: begun.signal,
    own(starting, stop) {
      const settled = starting.then(
        (value) => ({ value }),
        () => null,
      );
      closers.push(async () => {
        const started = await settled;
        if (started) await stop(started.value);
      });
      return starting;
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}
