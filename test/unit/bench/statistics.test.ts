import fc from 'fast-check';
import { middleRate, mostInWindow, quantilesOf } from '../../bench/statistics';
import { pacingOf } from '../../bench/upgrades/pacing';

describe('what the benchmark makes of its measurements', () => {
  test('quantiles are values that were measured, by nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, n) => 200 - n);
    expect(quantilesOf(values)).toEqual({ count: 200, p50: 100, p95: 190, p99: 198, max: 200 });
    expect(quantilesOf([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, max: 7 });
    expect(quantilesOf([])).toBeNull();
  });

  test('a window is half-open: what is exactly 10 s later is not in it', () => {
    expect(mostInWindow([0, 5_000, 9_999], 10_000)).toBe(3);
    expect(mostInWindow([0, 5_000, 10_000], 10_000)).toBe(2);
    expect(mostInWindow([], 10_000)).toBe(0);
  });

  test('the sliding window finds what trying every window finds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 60 }), fc.integer({ min: 1, max: 300 }), (times, windowMs) => {
        const tried = times.map((from) => times.filter((time) => time >= from && time < from + windowMs).length);
        expect(mostInWindow(times, windowMs)).toBe(Math.max(0, ...tried));
      }),
    );
  });

  test('the middle rate leaves a slow start and a long tail out', () => {
    const steady = Array.from({ length: 100 }, (_, n) => 100_000 + n * 10);
    expect(middleRate(steady)).toBeCloseTo(100);
    expect(middleRate([0, ...steady.slice(1, -1), 900_000])).toBeCloseTo(100);
    expect(middleRate([1])).toBeNull();
  });

  test('R-RATE-1 a rate that is kept exactly has no error, one push too many in 10 s is seen', () => {
    const exact = Array.from({ length: 200 }, (_, n) => n * 100);
    expect(pacingOf(exact, 600)).toMatchObject({ reached: 600, errorPercent: 0, mostIn10s: 100, allowedIn10s: 101, withinBound: true });
    expect(pacingOf([...exact, 50, 51], 600)).toMatchObject({ mostIn10s: 102, withinBound: false });
  });
});
