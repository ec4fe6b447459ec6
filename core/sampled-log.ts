type Level = 'warn' | 'error';
/** A logger, as far as lines are written to it. */
export type Lines = Record<Level, (details: object, message: string) => void>;
type Write = (key: string, details: Record<string, unknown>, message: string) => void;

export interface SampledLog extends Record<Level, Write> {
  /** Logs at most once a key and interval; the next line of that key says how many were left out. */
  warn: Write;
  error: Write;
}

interface Sample {
  since: number;
  suppressed: number;
}

interface Settings {
  intervalMs?: number;
  /** Keys that are remembered. */
  capacity?: number;
  /** Lines of all keys in one interval. */
  lines?: number;
  now?: () => number;
}

/**
 * For what devices and clients do wrong: they repeat it, and a fleet does it together. Keys are remembered in the order of their last line,
 * so the expired ones are in front; while `capacity` keys are live, or `lines` were written, further keys stay silent (they are counted
 * elsewhere).
 */
export function createSampledLog(
  logger: Lines,
  { intervalMs = 60_000, capacity = 10_000, lines = 1_000, now = Date.now }: Settings = {},
): SampledLog {
  const samples = new Map<string, Sample>();
  let window = { since: Number.NEGATIVE_INFINITY, lines: 0, left: 0 };

  function forgetExpired(at: number): void {
    for (const [key, { since, suppressed }] of samples) {
      if (at - since < intervalMs) return;
      if (suppressed > 0) logger.warn({ key, suppressed }, 'The same happened again without a line of its own');
      samples.delete(key);
    }
  }

  /** Whether there is a line left for all keys together. */
  function takeLine(at: number): boolean {
    if (at - window.since >= intervalMs) {
      if (window.left > 0) logger.warn({ suppressed: window.left }, 'More devices did something wrong than there are lines for');
      window = { since: at, lines: 0, left: 0 };
    }
    window[window.lines < lines ? 'lines' : 'left'] += 1;
    return window.left === 0;
  }

  const write =
    (level: Level): Write =>
    (key, details, message) => {
      const at = now();
      const sample = samples.get(key);
      if (sample !== undefined && at - sample.since < intervalMs) {
        sample.suppressed += 1;
        return;
      }
      if (sample === undefined && samples.size >= capacity) forgetExpired(at);
      if (sample === undefined && samples.size >= capacity) return;
      samples.delete(key);
      samples.set(key, { since: at, suppressed: 0 });
      if (!takeLine(at)) return;
      logger[level](sample?.suppressed ? { ...details, suppressed: sample.suppressed } : details, message);
    };

  return { warn: write('warn'), error: write('error') };
}
