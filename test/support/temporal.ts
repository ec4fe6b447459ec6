import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { connectTemporal } from '../../workflows/connection';
import { correlatedCalls } from '../../workflows/correlated-calls';

/** Quiet: what a test wants to know it asks for. */
let installed = false;
export function quietRuntime(): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
}

/** The workflows of the sources, bundled once a run. */
export function workflowBundle(): { codePath: string } {
  const codePath = process.env.TEST_WORKFLOW_BUNDLE;
  if (!codePath) throw new Error('TEST_WORKFLOW_BUNDLE is not set: run through Jest, whose set-up bundles the workflows.');
  return { codePath };
}

export interface TestTemporal {
  client: Client;
  connection: NativeConnection;
  address: string;
  namespace: string;
  /** Of this test alone. */
  taskQueue: string;
  /** A worker with the real workflows and the activities given; it ends with `close`. */
  work(activities: object): Promise<Worker>;
  close(): Promise<void>;
}

/** The real server of the test run, with a task queue of its own. */
export async function testTemporal(): Promise<TestTemporal> {
  quietRuntime();
  const address = process.env.UPDRAFT_TEST_TEMPORAL_ADDRESS;
  if (!address) throw new Error('UPDRAFT_TEST_TEMPORAL_ADDRESS is not set: run through Jest, whose set-up starts the server.');
  const [clientConnection, connection] = await Promise.all([connectTemporal({ address }), NativeConnection.connect({ address })]);
  const taskQueue = `test-${randomUUID()}`;
  const running: { worker: Worker; done: Promise<void> }[] = [];
  return {
    client: new Client({ connection: clientConnection, interceptors: { workflow: [correlatedCalls] } }),
    connection,
    address,
    namespace: 'default',
    taskQueue,
    async work(activities) {
      const worker = await Worker.create({
        connection,
        taskQueue,
        workflowBundle: workflowBundle(),
        activities,
        shutdownGraceTime: '1s',
      });
      running.push({ worker, done: worker.run() });
      return worker;
    },
    async close() {
      for (const { worker } of running) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all(running.map(({ done }) => done));
      await connection.close();
      await clientConnection.close();
    },
  };
}
