import { DefaultLogger, type LogLevel, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'debug',
  WARN: 'warn',
  ERROR: 'error',
};

/** A warning for a worker that does what a gateway's is meant to: activities only. */
const GATEWAYS_HAVE_NONE = 'No workflows registered';

/** The engine's own words go to our log, a level down where they only tell of routine. Signals are ours to handle. */
export function quietTemporal(logger: Logger): void {
  const temporal = new DefaultLogger('INFO', ({ level, message, meta }) => {
    logger[message.startsWith(GATEWAYS_HAVE_NONE) ? 'debug' : LEVELS[level]]({ ...meta }, message);
  });
  Runtime.install({
    logger: temporal,
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  });
}
