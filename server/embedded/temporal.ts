import { randomUUID } from 'node:crypto';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { connectTemporal } from '../../workflows/connection';
import type { ServerProgram } from './supervisor';

const GIB = 1024 ** 3;

/** Nothing reads it any more: workflows that versions before have started carry it, and hand it on when they continue as new. */
const SEARCH_ATTRIBUTE = 'BatchId';

const DYNAMIC_CONFIG = [
  'frontend.namespaceRPS=100000',
  'frontend.namespaceCount=100000',
  // One host has nothing to spread; fewer partitions save forwarding between them.
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];

/** Its HTTP API can't be switched off; nobody of ours uses it, and no web page is to reach it by a name that could be known before. */
const hiddenHttpApi = () => `frontend.httpAllowedHosts=["${randomUUID()}.invalid"]`;

export function temporalProgram(
  command: string,
  options: { dataDir: string; port: number; ui?: { host: string; port: number }; logFile: string },
): ServerProgram {
  return {
    name: 'temporal',
    command,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', `${options.port}`],
      ...(options.ui ? ['--ui-ip', options.ui.host, '--ui-port', `${options.ui.port}`] : ['--headless']),
      // Survives kill -9, and three times as fast as SQLite's defaults (docs/design.md).
      ...[
        '--db-filename',
        join(options.dataDir, 'temporal.db'),
        '--sqlite-pragma',
        'journal_mode=WAL',
        '--sqlite-pragma',
        'synchronous=NORMAL',
      ],
      ...[...DYNAMIC_CONFIG, hiddenHttpApi()].flatMap((entry) => ['--dynamic-config-value', entry]),
      ...['--search-attribute', `${SEARCH_ATTRIBUTE}=Keyword`, '--log-level', 'warn'],
    ],
    // Collecting garbage less often costs up to 1 GB and saves a quarter of its processor time.
    env: { GOGC: memoryBytes() >= 8 * GIB ? '800' : '400' },
    logFile: options.logFile,
    ready: (signal) => serves(`127.0.0.1:${options.port}`, signal),
  };
}

function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit ? Math.min(limit, totalmem()) : totalmem();
}

/** Until the namespace and the search attribute are there: the port opens before. */
async function serves(address: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let connection: Connection | undefined;
    try {
      connection = await connectTemporal({ address, connectTimeoutMs: 2_000 });
      const open = connection;
      await open.withDeadline(Date.now() + 5_000, async () => {
        await open.workflowService.describeNamespace({ namespace: 'default' });
        const attributes = await open.operatorService.listSearchAttributes({ namespace: 'default' });
        if (!attributes.customAttributes?.[SEARCH_ATTRIBUTE]) throw new Error(`${SEARCH_ATTRIBUTE} is not there yet`);
      });
      return;
    } catch {
      // Not there yet; the wait has an end outside.
      await delay(100);
    } finally {
      await connection?.close().catch(() => undefined);
    }
  }
}
