import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Benchmark, BenchOptions, BenchOutcome, BenchScope } from './benchmark';

const STOP_WITHIN_MS = 60_000;

/** Runs a benchmark on a data folder of its own; stops what it started and removes the folder, however it ends. */
export async function runScoped(benchmark: Benchmark, options: BenchOptions): Promise<BenchOutcome> {
  quietTemporal();
  mkdirSync('.updraft', { recursive: true, mode: 0o700 });
  const dataDir = mkdtempSync(resolve('.updraft', 'bench-'));
  const interrupted = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => interrupted.abort(new Error(`The benchmark was stopped by ${signal}.`));
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const stops: (() => Promise<void>)[] = [];
  const scope: BenchScope = {
    dataDir,
    signal: interrupted.signal,
    say: (text) => void process.stderr.write(`${text}\n`),
    defer(stop) {
      let stopping: Promise<void> | undefined;
      const once = (): Promise<void> => {
        stopping ??= stop();
        return stopping;
      };
      stops.push(once);
      return once;
    },
  };
  try {
    return await Promise.race([benchmark.run(options, scope), rejectedBy(interrupted.signal)]);
  } finally {
    for (const stop of stops.reverse()) await bounded(stop).catch((error) => scope.say(`While stopping: ${error}`));
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function quietTemporal(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

async function bounded(stop: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`a part did not stop within ${STOP_WITHIN_MS / 1000} s`)), STOP_WITHIN_MS);
  });
  await Promise.race([stop(), late]).finally(() => clearTimeout(timer));
}
