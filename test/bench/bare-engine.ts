import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { type InjectedSinks, NativeConnection, Worker } from '@temporalio/worker';
import { type BareSinks, bareUpgrade, reportSignal } from './bare-workflow';

export interface BareEngineOptions {
  /** Of the Temporal server, host:port. */
  address: string;
  /** Workflows to run. */
  count: number;
  taskQueue: string;
  namespace?: string;
  /** Workflows between start and end at a time: enough to saturate the engine. Default 100. */
  concurrency?: number;
  /**
   * Between the two signals; should be what the measured devices take between their first report and their last. Default 0:
   * the engine often hands both to one workflow task, which is its best case.
   */
  secondAfterMs?: number;
  /** When a workflow counts as lost. Default 60,000. */
  endWithinMs?: number;
}

export interface BareEngineResult {
  count: number;
  seconds: number;
  /** Workflows started, signalled and closed a second. */
  perSecond: number;
  /** User and system time of this process (client and worker, not the engine), milliseconds a workflow. */
  cpuMsEach: number;
}

/** What the engine does at best with upgrades that do nothing: signal-with-start, one more signal, closed. */
export async function measureBareEngine(options: BareEngineOptions): Promise<BareEngineResult> {
  const { address, taskQueue, namespace = 'default', concurrency = 100 } = options;
  const ended = new Map<string, () => void>();
  const sinks: InjectedSinks<BareSinks> = { bench: { ended: { fn: (_, workflowId) => ended.get(workflowId)?.() } } };
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  try {
    const worker = await Worker.create({
      connection: native,
      namespace,
      taskQueue,
      sinks,
      workflowsPath: require.resolve('./bare-workflow'),
      maxConcurrentWorkflowTaskExecutions: 100,
      maxCachedWorkflows: 2 * concurrency,
    });
    const client = new Client({ connection, namespace });
    return await worker.runUntil(() => measure(client, options, ended));
  } finally {
    await connection.close();
    await native.close();
  }
}

/** Waiting for results by the client would cost the engine a long poll each: the worker, being here, tells of the ends. */
async function measure(client: Client, options: BareEngineOptions, ended: Map<string, () => void>): Promise<BareEngineResult> {
  const { count, taskQueue, concurrency = 100, secondAfterMs = 0, endWithinMs = 60_000 } = options;
  const run = randomUUID();
  let next = 0;
  const one = async () => {
    while (next < count) {
      const workflowId = `bare-upgrade/${run}/${next}`;
      next += 1;
      const end = untilEnded(ended, workflowId, endWithinMs);
      // Awaited below, unless a call before fails first.
      end.catch(() => undefined);
      const handle = await client.workflow.signalWithStart(bareUpgrade, { workflowId, taskQueue, signal: reportSignal, args: [] });
      if (secondAfterMs > 0) await delay(secondAfterMs);
      await handle.signal(reportSignal);
      await end;
    }
  };
  const cpu = process.cpuUsage();
  const began = performance.now();
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, one));
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { count, seconds, perSecond: count / seconds, cpuMsEach: (user + system) / 1_000 / count };
}

function untilEnded(ended: Map<string, () => void>, workflowId: string, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = setTimeout(() => reject(new Error(`${workflowId} has not ended within ${withinMs} ms`)), withinMs);
    ended.set(workflowId, () => {
      clearTimeout(lost);
      ended.delete(workflowId);
      resolve();
    });
  });
}
