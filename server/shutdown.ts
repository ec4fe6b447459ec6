/**
 * Stops in order on SIGINT and SIGTERM. A second signal, or `limitMs`, ends the process at once: a stop that hangs must not last for ever.
 * The embedded servers end by themselves when this process is gone.
 */
export function onShutdown(stop: () => Promise<void>, options: { limitMs?: number; onSignal?(signal: string): void } = {}): void {
  let stopping = false;
  const handle = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (stopping) process.exit(130);
    stopping = true;
    options.onSignal?.(signal);
    setTimeout(() => process.exit(1), options.limitMs ?? 45_000).unref();
    stop().then(
      () => process.exit(),
      (error: unknown) => {
        process.stderr.write(`Stopping failed: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => handle('SIGINT'));
  process.on('SIGTERM', () => handle('SIGTERM'));
}
