interface Log {
  warn(details: object, message: string): void;
}

const LOG_EVERY_MS = 60_000;

/** A line a minute and reason, with the number of those that had none. */
export function createSampled<R extends string>(log: Log, message: string): (reason: R, details: object) => void {
  const last = new Map<R, { at: number; left: number }>();
  return (reason, details) => {
    const now = Date.now();
    const sample = last.get(reason);
    if (sample && now - sample.at < LOG_EVERY_MS) {
      sample.left += 1;
      return;
    }
    last.set(reason, { at: now, left: 0 });
    log.warn({ reason, ...details, suppressed: sample?.left }, message);
  };
}
