import { createPacers } from '../../../core/push/pacers';
import { createPush } from '../../../core/push/push';
import { onRequest } from '../../../core/reports/request';
import { pushWindow } from '../../../schema/model/batch/push-rate';
import { newNegotiation } from '../../../schema/model/task/negotiation';
import { aTask } from '../../support/builders';
import { faultyCore } from '../../support/faulty-core';

/** A policy's minute lasts as long, so that its 10 seconds last one. Pushes come 100 ms apart, which no pause of this process bridges. */
const MINUTE_MS = 6_000;
const RATE = 60;
const DEVICES = 35;

/** Most pushes in any window of that length. A machine that is late can only make them fewer. */
function most(times: number[], windowMs: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));
}

test('R-RATE-1 over any 10 s at most rate / 6 + 1 pushes leave, whatever activities they come in', async () => {
  const core = faultyCore(Array.from({ length: DEVICES }, () => aTask()));
  core.settings = { ...core.settings, minuteMs: MINUTE_MS };
  core.pacers = createPacers(MINUTE_MS);
  const times: number[] = [];
  core.link.notify = async () => {
    times.push(performance.now());
    return true;
  };
  const push = createPush(core, core.link);
  const taskIds = core.tasks.all().map(({ _id }) => _id);
  const { count, intervalMs } = pushWindow(RATE, MINUTE_MS, 500);
  for (let from = 0; from < taskIds.length; from += count) {
    await push({ batchId: 'batch1', taskIds: taskIds.slice(from, from + count), intervalMs });
  }
  expect(times).toHaveLength(DEVICES);
  expect(most(times, MINUTE_MS / 6)).toBeLessThanOrEqual(RATE / 6 + 1);
});

test('R-RATE-1 what a device asks for counts in the rate: each uses up the send time that the next push would have had', () => {
  const pacers = createPacers(60_000);
  const { intervalMs } = pushWindow(10, 60_000, 500);
  pacers.spend('batch1');
  expect(pacers.take('batch1', intervalMs, 5)).toBe(1);
  expect(pacers.take('batch2', intervalMs, 0)).toBe(0);
  pacers.spend('batch2');
  expect(pacers.take('batch2', intervalMs, 5)).toBe(0);
});

test('R-RATE-1 a device is handed out its task once in a unit of the rate, however often it asks', async () => {
  const task = aTask({ _id: 'batch1.d', deviceId: 'd' });
  const core = faultyCore([task]);
  const spent: string[] = [];
  core.pacers = { ...createPacers(60_000), spend: (key) => void spent.push(key) };
  expect(await onRequest(core, 'd', 'default')).toMatchObject({ deviceId: 'd' });
  expect(await onRequest(core, 'd', 'default')).toMatchObject({ deviceId: 'd' });
  expect(spent).toEqual(['batch1']);
});

test('R-RATE-1 R-FLOW-2 answers that come all at once are notified at send times of the same rate, or find none in time', async () => {
  const pacers = createPacers(MINUTE_MS);
  const { intervalMs } = pushWindow(RATE, MINUTE_MS, 500);
  expect(await pacers.takeOne('batch1', 1_000)).toBe(false);
  pacers.take('batch1', intervalMs, 0);
  const times: number[] = [];
  const took = await Promise.all(
    Array.from({ length: DEVICES }, async () => {
      const one = await pacers.takeOne('batch1', MINUTE_MS / 3);
      if (one) times.push(performance.now());
      return one;
    }),
  );
  expect(most(times, MINUTE_MS / 6)).toBeLessThanOrEqual(RATE / 6 + 1);
  const late = took.filter((one) => !one).length;
  expect([late > 0, late < DEVICES]).toEqual([true, true]);
});

describe('R-FLOW-3 a gateway that has no room for more conversations', () => {
  const setUp = (room: () => number, withinMs: number) => {
    const fields = { dialect: 'LWM2M', negotiation: newNegotiation(60_000) } as const;
    const tasks = Array.from({ length: 5 }, (_, index) => aTask({ _id: `batch1.d${index}`, deviceId: `d${index}`, ...fields }));
    const core = faultyCore(tasks);
    core.link.roomFor = room;
    const push = createPush(core, core.link, { everyMs: 1, withinMs });
    const share = { batchId: 'batch1', taskIds: [], asked: tasks.map(({ _id }) => _id), intervalMs: 0.001 };
    const waiting = () => core.tasks.all().filter(({ negotiation, waitBy }) => negotiation?.queriedAt == null && waitBy == null);
    return { core, push: () => push(share), waiting };
  };

  test('R-FLOW-3 asks no further devices: their time does not run, and they are due again', async () => {
    const { core, push, waiting } = setUp(() => 2 - core.queried.length, 50);
    expect(await push()).toBe(2);
    expect([core.queried, waiting().length]).toEqual([['d0', 'd1'], 3]);
    expect(waiting().every(({ offerAt }) => offerAt !== null)).toBe(true);
  });

  test('R-FLOW-3 asks the others as room is made', async () => {
    let looks = 0;
    const { core, push, waiting } = setUp(() => {
      looks += 1;
      return looks % 3 === 0 ? 1 : 0;
    }, 600_000);
    expect(await push()).toBe(5);
    expect([[...core.queried].sort(), waiting()]).toEqual([['d0', 'd1', 'd2', 'd3', 'd4'], []]);
  });
});
