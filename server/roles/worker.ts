import { createPlatformWorker, type DecorateActivities } from '../../workflows/worker';
import type { Foundation } from '../foundation';
import type { Part } from '../part';
import { runWorker } from './run-worker';

/** A process may die between storing a batch and starting its workflow: someone looks for such batches this often. */
const RESTART_LOST_MS = 60_000;

/** Runs workflows, and starts those of batches that have none. */
export async function startWorker({ config, logger, native, parts }: Foundation, decorateActivities?: DecorateActivities): Promise<Part> {
  const worker = await createPlatformWorker({
    connection: native,
    namespace: config.temporalNamespace,
    taskQueue: config.taskQueue,
    deps: { lifecycle: parts.lifecycle, tasks: parts.batchTasks, upgrades: parts.upgradeTasks },
    decorateActivities,
  });
  const running = runWorker(worker, 'workflows', logger);
  const startLost = () =>
    parts.lifecycle.startAll().catch((error) => logger.warn({ error }, 'Batches without a workflow could not be started'));
  await startLost();
  const timer = setInterval(startLost, RESTART_LOST_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running.stop();
    },
  };
}
