import { createPacers } from '../../../core/push/pacers';
import { createPush } from '../../../core/push/push';
import { pushWindow } from '../../../schema/model/batch/push-rate';
import { aNotifiedTask, aTask } from '../../support/builders';
import { faultyCore } from '../../support/faulty-core';

/** A policy's minute lasts as long, so that its 10 seconds last one. Pushes come 100 ms apart, which no pause of this process bridges. */
const MINUTE_MS = 6_000;
const RATE = 60;
const SOONER = new Date('2025-12-31T23:00:00Z');

test('R-RATE-4 retries and first pushes share one rate: over any 10 s both together stay at rate / 6 + 1', async () => {
  const retry = () =>
    aNotifiedTask({ attempt: 2, notifiedAt: null, notifications: 0, firstNotifiedAt: SOONER, retryAt: SOONER, offerAt: SOONER });
  const core = faultyCore(Array.from({ length: 40 }, (_, index) => (index % 2 ? retry() : aTask())));
  core.settings = { ...core.settings, minuteMs: MINUTE_MS };
  core.pacers = createPacers(MINUTE_MS);
  const times: number[] = [];
  core.link.notify = async () => {
    times.push(performance.now());
    return true;
  };
  const { intervalMs } = pushWindow(RATE, MINUTE_MS, 500);
  const push = createPush(core, core.link);
  const [first, again] = [core.tasks.all().filter(({ attempt }) => attempt === 1), core.tasks.all().filter(({ attempt }) => attempt === 2)];
  // As the batch's windows hand them out: some with retries only, some without.
  for (const tasks of [first.slice(0, 10), again, first.slice(10)]) {
    await push({ batchId: 'batch1', taskIds: tasks.map(({ _id }) => _id), intervalMs });
  }
  expect(times).toHaveLength(40);
  const within = times.map((from) => times.filter((at) => at >= from && at < from + MINUTE_MS / 6).length);
  expect(Math.max(...within)).toBeLessThanOrEqual(RATE / 6 + 1);
  const retried = core.tasks.all().filter(({ attempt }) => attempt === 2);
  expect(retried.map(({ firstNotifiedAt, retryAt }) => [firstNotifiedAt, retryAt])).toEqual(Array(20).fill([SOONER, null]));
});
