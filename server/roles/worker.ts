import { workerJobs } from '../../core/periodic-jobs';
import { createPlatformWorker, type WorkerOptions } from '../../workflows/worker';
import type { Foundation } from '../foundation';
import type { Part } from '../part';
import { startPeriodicJobs } from '../periodic-jobs';
import { runWorker } from './run-worker';

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
    log: logger,
    deps: { lifecycle: parts.lifecycle, tasks: parts.batchTasks, upgrades: parts.upgradeTasks },
    ...options,
  });
  const running = runWorker(worker, 'workflows', logger);
  const jobs = await startPeriodicJobs(workerJobs(parts), logger);
  return {
    async stop() {
      await jobs.stop();
      await running.stop();
    },
  };
}
