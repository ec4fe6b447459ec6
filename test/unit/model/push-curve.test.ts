import fc from 'fast-check';
import type { RatePolicy } from '../../../schema/model/batch/batch';
import { pushCurve } from '../../../schema/model/batch/push-curve';
import { currentRate, newPacer, nextSendTime, pushWindow, WINDOWS_A_MINUTE } from '../../../schema/model/batch/push-rate';

const MINUTE_MS = 60_000;
const constant = (perMinute: number): RatePolicy => ({ kind: 'constant', perMinute });
const variable = (base: number, factor: number, maximum: number, count: number): RatePolicy => ({
  kind: 'variable',
  base,
  factor,
  maximum,
  threshold: { of: 'notified', count },
});
const rates: fc.Arbitrary<RatePolicy> = fc.oneof(
  fc.integer({ min: 10, max: 10_000 }).map(constant),
  fc
    .tuple(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 120, max: 500 }),
      fc.integer({ min: 10, max: 10_000 }),
      fc.integer({ min: 1, max: 5_000 }),
    )
    .map(([base, factor, maximum, count]) => variable(Math.min(base, maximum), factor / 100, maximum, count)),
);

/** When each push leaves, from a sender that is never late, as the batch paces it. */
function sent(devices: number, rate: RatePolicy): number[] {
  const times: number[] = [];
  let pacer = { ...newPacer(MINUTE_MS), burstMs: 0 };
  while (times.length < devices) {
    const { count, intervalMs } = pushWindow(currentRate(rate, times.length), MINUTE_MS, MINUTE_MS / WINDOWS_A_MINUTE);
    for (let left = Math.min(count, devices - times.length); left > 0; left--) {
      const next = nextSendTime(pacer, intervalMs, times.at(-1) ?? 0);
      times.push(next.at);
      pacer = next.pacer;
    }
  }
  return times;
}

test('R-BAT-23 the curve is what a sender that is never late pushes, minute by minute', () => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 0, max: 1_000 }), (rate, devices) => {
      const times = sent(devices, rate);
      const { points, stepMinutes, lastPushMinute } = pushCurve(devices, rate);
      expect(lastPushMinute).toBe(devices === 0 ? null : (times.at(-1) ?? 0) / MINUTE_MS);
      for (const { minute, pushes, total } of points) {
        const [from, to] = [minute * MINUTE_MS, (minute + stepMinutes) * MINUTE_MS];
        expect(pushes).toBe(times.filter((at) => at >= from && at < to).length);
        expect(total).toBe(times.filter((at) => at < to).length);
      }
      expect(points.at(-1)?.total ?? 0).toBe(devices);
    }),
    { numRuns: 40 },
  );
});

test('R-BAT-23 R-RATE-1 whatever the rate and the fleet, no more points than minutes of a day, and no minute above the rate', () => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 1, max: 1_000_000 }), (rate, devices) => {
      const { points, stepMinutes } = pushCurve(devices, rate);
      const most = rate.kind === 'constant' ? rate.perMinute : rate.maximum;
      expect(points.length).toBeLessThanOrEqual(1_440);
      expect(points.at(-1)?.total).toBe(devices);
      for (const { pushes } of points) expect(pushes).toBeLessThanOrEqual(most * stepMinutes);
    }),
    { numRuns: 30 },
  );
});

test.each([
  [constant(10), 100_000, 10, 1_011],
  [constant(10_000), 1_000_000, 1, 102],
  [constant(60), 1, 1, 1],
  [variable(1, 1.2, 10, 100_000), 1_000_000, 480, 1_323],
])('R-BAT-23 the steps of %j for %i devices are %i min, %i of them', (rate, devices, step, count) => {
  const { points, stepMinutes } = pushCurve(devices, rate);
  expect([stepMinutes, points.length]).toEqual([step, count]);
});

test('R-BAT-23 R-RATE-3 the worked example: 50 a minute until a thousand are notified, then twice as many, up to ten thousand', () => {
  const rate = variable(50, 2, 10_000, 1_000);
  const { points } = pushCurve(40_000, rate);
  const at = (total: number) => points.find((point) => point.total >= total)?.minute ?? 0;
  const rateFrom = (total: number) => points[at(total) + 1]?.pushes ?? 0;
  for (const [notified, asked] of [
    [0, 50],
    [1_000, 100],
    [2_000, 200],
    [3_000, 400],
  ] as const) {
    expect(rateFrom(notified)).toBeLessThanOrEqual(asked);
    expect(rateFrom(notified)).toBeGreaterThanOrEqual(Math.floor(asked * 0.98));
  }
  expect(Math.max(...points.map(({ pushes }) => pushes))).toBeGreaterThan(9_800);
});

test('R-BAT-23 what was reached before counts: the rate goes on from there', () => {
  const rate = variable(60, 2, 10_000, 1_000);
  expect(pushCurve(1_000, rate, 3_000).lastPushMinute ?? 0).toBeLessThan((pushCurve(1_000, rate).lastPushMinute ?? 0) / 7);
});
