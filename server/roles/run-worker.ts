import type { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Part } from '../part';

/** Runs a worker until it is stopped. One that ends by itself takes the process along: a platform without it would only look alive. */
export function runWorker(worker: Worker, name: string, logger: Logger): Part {
  let stopping = false;
  const done = worker.run().catch((error) => {
    if (stopping) return;
    logger.fatal({ error, worker: name }, 'A worker ended unexpectedly');
    process.exit(1);
  });
  return {
    async stop() {
      stopping = true;
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
    },
  };
}
