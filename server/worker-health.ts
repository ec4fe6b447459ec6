import { hostname } from 'node:os';
import { connectTemporal } from '../workflows/connection';
import { readConfig } from './config';

/** Long polls last a minute; a worker that has not asked for two is gone or stuck. */
const RECENT_MS = 120_000;
const WORKFLOW_QUEUE = 1;

/** A worker has no port to ask: it is healthy when Temporal has lately been polled from this host. */
export async function isPolled(options: { address: string; namespace: string; taskQueue: string; host: string }): Promise<boolean> {
  const connection = await connectTemporal({ address: options.address, connectTimeoutMs: 3_000 });
  try {
    const { pollers } = await connection.withDeadline(Date.now() + 3_000, () =>
      connection.workflowService.describeTaskQueue({
        namespace: options.namespace,
        taskQueue: { name: options.taskQueue },
        taskQueueType: WORKFLOW_QUEUE,
      }),
    );
    return (pollers ?? []).some(
      ({ identity, lastAccessTime }) =>
        identity?.endsWith(`@${options.host}`) && Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 < RECENT_MS,
    );
  } finally {
    await connection.close();
  }
}

async function main(): Promise<void> {
  const { temporalAddress: address, temporalNamespace: namespace, taskQueue } = readConfig();
  if (!address) throw new Error('TEMPORAL_ADDRESS is not set');
  if (!(await isPolled({ address, namespace, taskQueue, host: hostname() }))) throw new Error(`${taskQueue} is not polled from this host`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
