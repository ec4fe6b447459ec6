/** After this long without an event, the next one is painted at once. */
export const QUIET_MS = 500;
/** In a stream: twice a second, and drawing takes its time: what came right after a painting is on screen within half a second. */
export const STREAM_MS = 440;

export interface Clock {
  now(): number;
  /** Runs it later; the function given back takes that back. */
  later(ms: number, run: () => void): () => void;
}

export interface Painter {
  /** Something has changed. */
  changed(): void;
  /** Paints at once, whatever waits. */
  flushNow(): void;
  stop(): void;
}

/** Decides when changes are painted: at once after quiet, twice a second in a stream, and always the last one. */
export function createPainter(paint: () => void, clock: Clock = browserClock): Painter {
  let lastChange = Number.NEGATIVE_INFINITY;
  let lastPaint = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;
  let stopped = false;

  function paintNow(): void {
    if (stopped) return;
    cancel?.();
    cancel = null;
    lastPaint = clock.now();
    paint();
  }

  return {
    changed() {
      if (stopped) return;
      const now = clock.now();
      const wasQuiet = now - lastChange >= QUIET_MS;
      lastChange = now;
      if (cancel) return;
      const due = lastPaint + STREAM_MS - now;
      if (wasQuiet || due <= 0) paintNow();
      else cancel = clock.later(due, paintNow);
    },
    flushNow: paintNow,
    stop() {
      stopped = true;
      cancel?.();
      cancel = null;
    },
  };
}

const browserClock: Clock = {
  now: () => performance.now(),
  later(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
