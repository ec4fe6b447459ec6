import fc from 'fast-check';
import { BURST_MS, currentRate, newPacer, nextSendTime, pushWindow } from '../../../schema/model/batch/push-rate';

const MINUTE_MS = 60_000;
const START = Date.UTC(2024, 0, 1);

const rates = fc.integer({ min: 10, max: 10_000 });
/** Mostly in time, sometimes late by less or more than the burst, now and then idle for long. */
const lateness = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.double({ min: 0, max: 250, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 30_000, noNaN: true }) },
);

/** When a sender that always has something to push, and comes late as told (in turn), pushes within `forMs`. */
function pushTimes(rate: number, delays: readonly number[], forMs: number, minuteMs = MINUTE_MS): number[] {
  const { intervalMs } = pushWindow(rate, minuteMs, minuteMs);
  const times: number[] = [];
  let pacer = newPacer(minuteMs);
  let now = START;
  for (let turn = 0; ; turn += 1) {
    now += delays[turn % delays.length] ?? 0;
    let next = nextSendTime(pacer, intervalMs, now);
    if (next.at > now) {
      // It sleeps, wakes late again at times, and asks anew.
      now = next.at + (delays[(turn * 7 + 3) % delays.length] ?? 0);
      next = nextSendTime(pacer, intervalMs, now);
    }
    if (now >= START + forMs) return times;
    times.push(next.at);
    pacer = next.pacer;
  }
}

/** The most events that any half-open span of `windowMs` holds. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < times.length; last += 1) {
    while (times[last]! - times[first]! >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe('R-RATE-1 constant push rate', () => {
  test.each([10, 600, 10_000])('R-RATE-1 a constant rate of %i is that rate', (perMinute) => {
    expect(currentRate({ kind: 'constant', perMinute }, 5_000)).toBe(perMinute);
  });

  test('R-RATE-1 for every rate the pace and the burst together keep both bounds, and one more percent of burst would not', () => {
    const broken: number[] = [];
    for (let rate = 10; rate <= 10_000; rate += 1) {
      const { intervalMs } = pushWindow(rate, MINUTE_MS, MINUTE_MS);
      // n pushes span at least (n - 1) intervals less the burst, so a half-open window of W holds fewer than (W + burst) / interval + 1.
      const in10s = (10_000 + BURST_MS) / intervalMs;
      const inMinute = Math.ceil((MINUTE_MS + BURST_MS) / intervalMs);
      if (in10s > rate / 6 || inMinute > rate) broken.push(rate);
    }
    expect(broken).toEqual([]);
    const { intervalMs } = pushWindow(10_000, MINUTE_MS, MINUTE_MS);
    expect((10_000 + BURST_MS + 2) / intervalMs).toBeGreaterThan(10_000 / 6);
  });

  test('R-RATE-1 over any 10 s at most rate / 6 + 1 and over any minute at most rate, however late the sender comes', () => {
    fc.assert(
      fc.property(rates, fc.array(lateness, { minLength: 1, maxLength: 60 }), (rate, delays) => {
        const times = pushTimes(rate, delays, 2 * MINUTE_MS);
        expect(mostWithin(times, 10_000)).toBeLessThanOrEqual(rate / 6 + 1);
        expect(mostWithin(times, MINUTE_MS)).toBeLessThanOrEqual(rate);
      }),
      { numRuns: 150 },
    );
  });

  test('R-RATE-1 the bounds shrink with the minute', () => {
    fc.assert(
      fc.property(
        rates,
        fc.integer({ min: 100, max: MINUTE_MS }),
        fc.array(lateness, { minLength: 1, maxLength: 30 }),
        (rate, minuteMs, delays) => {
          const scaled = delays.map((delay) => (delay * minuteMs) / MINUTE_MS);
          const times = pushTimes(rate, scaled, 2 * minuteMs, minuteMs);
          expect(mostWithin(times, minuteMs / 6)).toBeLessThanOrEqual(rate / 6 + 1);
          expect(mostWithin(times, minuteMs)).toBeLessThanOrEqual(rate);
        },
      ),
      { numRuns: 80 },
    );
  });

  test('R-RATE-1 a sender that is late by no more than half the burst still pushes 98.5 % of the rate', () => {
    fc.assert(
      fc.property(
        rates,
        fc.array(fc.double({ min: 0, max: BURST_MS / 2, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (rate, delays) => {
          const busy = delays.map((delay) => Math.min(delay, pushWindow(rate, MINUTE_MS, MINUTE_MS).intervalMs / 2));
          expect(pushTimes(rate, busy, 2 * MINUTE_MS).length).toBeGreaterThanOrEqual(Math.floor(0.985 * 2 * rate));
        },
      ),
      { numRuns: 80 },
    );
  });

  test.each([10, 600, 10_000])('R-RATE-1 at %i a minute, an idle hour earns a burst of 100 ms and no more', (rate) => {
    const { intervalMs } = pushWindow(rate, MINUTE_MS, MINUTE_MS);
    let pacer = nextSendTime(newPacer(MINUTE_MS), intervalMs, START).pacer;
    const later = START + 60 * MINUTE_MS;
    let atOnce = 0;
    for (let next = nextSendTime(pacer, intervalMs, later); next.at === later; next = nextSendTime(pacer, intervalMs, later)) {
      pacer = next.pacer;
      atOnce += 1;
    }
    expect(atOnce).toBe(Math.floor(BURST_MS / intervalMs) + 1);
  });

  test('R-RATE-1 the first push of a sender leaves at once, the second waits for its turn', () => {
    const { intervalMs } = pushWindow(60, MINUTE_MS, MINUTE_MS);
    const first = nextSendTime(newPacer(MINUTE_MS), intervalMs, START);
    const second = nextSendTime(first.pacer, intervalMs, START);
    expect(first.at).toBe(START);
    expect(second.at).toBeCloseTo(START + intervalMs - BURST_MS, 2);
  });

  test('R-RATE-1 asking does not push: the same standing gives the same send time, and a later question one that is no earlier', () => {
    fc.assert(
      fc.property(rates, fc.nat(MINUTE_MS), fc.nat(MINUTE_MS), (rate, wait, more) => {
        const { intervalMs } = pushWindow(rate, MINUTE_MS, MINUTE_MS);
        const { pacer } = nextSendTime(newPacer(MINUTE_MS), intervalMs, START);
        const next = nextSendTime(pacer, intervalMs, START + wait);
        expect(nextSendTime(pacer, intervalMs, START + wait)).toEqual(next);
        expect(next.at).toBeGreaterThanOrEqual(START + wait);
        expect(nextSendTime(pacer, intervalMs, START + wait + more).at).toBeGreaterThanOrEqual(next.at);
      }),
    );
  });

  test('R-RATE-1 a pacer survives being written as JSON', () => {
    const { pacer } = nextSendTime(newPacer(200), 3.7, START);
    expect(JSON.parse(JSON.stringify(pacer))).toEqual(pacer);
    expect(JSON.parse(JSON.stringify(newPacer(MINUTE_MS)))).toEqual({ dueAt: 0, burstMs: BURST_MS });
  });

  test.each([
    [600, 1_000, 9],
    [10_000, 1_000, 164],
    [10, 1_000, 1],
    [10, 60_000, 9],
  ])('R-RATE-1 at %i a minute a window of %i ms has room for %i', (rate, windowMs, count) => {
    expect(pushWindow(rate, MINUTE_MS, windowMs).count).toBe(count);
  });
});
