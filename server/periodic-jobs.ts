import type { Logger } from 'pino';
import type { PeriodicJob } from '../core/periodic-jobs';
import { repeat } from '../core/repeat';
import { withTimeout } from '../core/with-timeout';
import type { Part } from './part';

/** A run that does not end by then, because a server does not answer, must not hold up the shutdown. */
const STOP_WITHIN_MS = 10_000;

/** Runs each job at once and then at its interval, no two runs of one at a time. Settles when those that come `beforeReady` have run. */
export async function startPeriodicJobs(jobs: readonly PeriodicJob[], logger: Logger): Promise<Part> {
  const stopping = new AbortController();
  const log = logger.info.bind(logger);

  const started = jobs.map((job) => {
    const run = async (): Promise<void> => {
      try {
        await job.run(stopping.signal, log);
      } catch (error) {
        if (!stopping.signal.aborted) logger.warn({ job: job.name, error }, job.failure);
      }
    };
    const first = run();
    const repeated = first.then(() =>
      repeat(
        run,
        () => job.everyMs,
        () => undefined,
      ),
    );
    return { first, repeated, job };
  });

  await Promise.all(started.flatMap(({ first, job }) => (job.beforeReady ? [first] : [])));
  return {
    async stop() {
      stopping.abort();
      const ended = Promise.all(started.map(async ({ repeated }) => (await repeated)()));
      await withTimeout(ended, STOP_WITHIN_MS, 'A periodic job did not end in time');
    },
  };
}
