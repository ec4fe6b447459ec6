import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readConfig } from '../../../server/config';
import { createLogger } from '../../../server/logging';
import { type Platform, startPlatform } from '../../../server/platform';
import { quietTemporal } from '../../../server/temporal-logging';
import type { PlatformCommand, PlatformMessage } from './platform-messages';

/** Entry of a child process (child_process.fork): the whole platform as `npm start` runs it, and what a benchmark must know of it. */
async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger({ ...config.log, destination: process.stderr });
  quietTemporal(logger);
  let platform: Platform | undefined;
  const stop = async (): Promise<void> => {
    await platform?.stop();
    // Not by process.exit alone: profiles are written when the process ends in order.
    if (process.connected) process.disconnect?.();
    process.exit(0);
  };
  process.on('message', (command: PlatformCommand) => {
    if (command === 'stop') void stop();
    else settle();
  });
  process.once('disconnect', () => void stop());
  // Ctrl-C reaches the whole group; the benchmark says when to stop.
  process.on('SIGINT', () => undefined);
  platform = await startPlatform(config, logger);
  const { apiUrl, mqttUrl, coapUrl, coapsUrl, mongoUri, temporalAddress, firstKey, pids } = platform;
  if (!apiUrl || !mqttUrl || !firstKey || !pids.mongod || !pids.temporal)
    throw new Error('The platform did not start as on a fresh machine.');
  tell({
    kind: 'runs',
    apiUrl,
    mqttUrl,
    coapUrl,
    coapsUrl,
    mongoUri,
    temporalAddress,
    key: firstKey,
    pids: { mongod: pids.mongod, temporal: pids.temporal },
  });
}

/** Twice: what a first collection finalizes is freed by the next. */
function settle(): void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  tell({ kind: 'settled', liveBytes: heapUsed + external });
}

function tell(message: PlatformMessage): void {
  if (process.connected) process.send?.(message);
}

main().catch((error: unknown) => {
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exitCode = 1;
  process.disconnect?.();
});
