import { setImmediate } from 'node:timers/promises';
import pino from 'pino';
import type { PeriodicJob } from '../../../core/periodic-jobs';
import { startPeriodicJobs } from '../../../server/periodic-jobs';

const silent = pino({ level: 'silent' });
afterEach(() => void jest.useRealTimers());

/** A job whose runs the test ends, in the order in which they began. */
function controlled(more: Partial<PeriodicJob> = {}) {
  const ends: { succeed(): void; fail(): void; signal: AbortSignal }[] = [];
  let begun = () => {};
  const job: PeriodicJob = {
    name: 'test',
    everyMs: 1,
    failure: 'It failed',
    run: (signal) =>
      new Promise<void>((resolve, reject) => {
        ends.push({ succeed: resolve, fail: () => reject(new Error('no')), signal });
        begun();
      }),
    ...more,
  };
  const runs = async (count: number): Promise<void> => {
    while (ends.length < count) await new Promise<void>((resolve) => (begun = resolve));
  };
  return { job, ends, runs };
}

test('R-SAFE-5 a job runs at once, and again after its run has ended, a failed one as well', async () => {
  const { job, ends, runs } = controlled();
  const part = await startPeriodicJobs([job], silent);
  expect(ends).toHaveLength(1);
  ends[0]?.fail();
  await runs(2);
  ends[1]?.succeed();
  await runs(3);
  expect(ends).toHaveLength(3);
  ends[2]?.succeed();
  await part.stop();
});

test('R-SAFE-5 a process is ready after the first run of a job that has to be done before', async () => {
  const { job, ends, runs } = controlled({ beforeReady: true });
  let isReady = false;
  const starting = startPeriodicJobs([job], silent).then((part) => {
    isReady = true;
    return part;
  });
  await runs(1);
  expect(isReady).toBe(false);
  ends[0]?.succeed();
  await (await starting).stop();
});

test.each([
  ['the first', 1],
  ['a later', 2],
])('R-SAFE-5 a stop tells the run under way, %s one, waits for it, and no other begins', async (_, count) => {
  const { job, ends, runs } = controlled();
  const part = await startPeriodicJobs([job], silent);
  if (count > 1) ends[0]?.succeed();
  await runs(count);
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  let isStopped = false;
  const stopped = part.stop().then(() => {
    isStopped = true;
  });
  const last = ends.at(-1);
  expect(last?.signal.aborted).toBe(true);
  await setImmediate();
  expect(isStopped).toBe(false);
  last?.succeed();
  await stopped;
  await jest.advanceTimersByTimeAsync(job.everyMs);
  expect(ends).toHaveLength(count);
});
