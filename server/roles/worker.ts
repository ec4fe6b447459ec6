import { createPlatformWorker, type WorkerOptions } from '../../workflows/worker';
import type { Foundation } from '../foundation';
import { startGroupChecks } from '../group-checks';
import type { Part } from '../part';
import { runWorker } from './run-worker';

/** A process may die between storing a batch and starting its workflow: someone looks for such batches this often. */
const RESTART_LOST_MS = 60_000;

/** Runs workflows, starts those of batches that have none, and looks after dynamic groups. */
export async function startWorker(
  foundation: Foundation,
  options: Pick<WorkerOptions, 'decorateActivities' | 'workflowBundle'>,
): Promise<Part> {
  const { config, logger, native, parts } = foundation;
  const worker = await createPlatformWorker({
    connection: native,
    namespace: config.temporalNamespace,
    taskQueue: config.taskQueue,
    deps: { lifecycle: parts.lifecycle, tasks: parts.batchTasks, upgrades: parts.upgradeTasks },
    ...options,
  });
  const running = runWorker(worker, 'workflows', logger);
  const startLost = () =>
    parts.lifecycle.startAll().catch((error) => logger.warn({ error }, 'Batches without a workflow could not be started'));
  await startLost();
  const timer = setInterval(startLost, RESTART_LOST_MS);
  const groupChecks = startGroupChecks(foundation);
  return {
    async stop() {
      clearInterval(timer);
      await groupChecks.stop();
      await running.stop();
    },
  };
}
