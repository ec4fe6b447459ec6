import type { Logger } from 'pino';

export interface SampledLog {
  /** Logs at most once a key and interval; the next line of that key says how many were left out. */
  warn(key: string, details: Record<string, unknown>, message: string): void;
}

interface Sample {
  since: number;
  suppressed: number;
}

/**
 * For what devices do wrong: they repeat it, and a fleet does it together. Keys are remembered in the order of their last line,
 * so the expired ones are in front; while `capacity` keys are live, further keys stay silent (they are counted elsewhere).
 */
export function createSampledLog(
  logger: Logger,
  { intervalMs = 60_000, capacity = 10_000, now = Date.now }: { intervalMs?: number; capacity?: number; now?: () => number } = {},
): SampledLog {
  const samples = new Map<string, Sample>();

  function forgetExpired(at: number): void {
    for (const [key, { since, suppressed }] of samples) {
      if (at - since < intervalMs) return;
      if (suppressed > 0) logger.warn({ key, suppressed }, 'The same happened again without a line of its own');
      samples.delete(key);
    }
  }

  return {
    warn(key, details, message) {
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
      logger.warn(sample?.suppressed ? { ...details, suppressed: sample.suppressed } : details, message);
    },
  };
}
