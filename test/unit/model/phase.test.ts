import fc from 'fast-check';
import { percentViolation, phasedShare } from '../../../schema/model/batch/phase';

test('R-BAT-4 a share is rounded down exactly, and is at least one device', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 1, max: 100 }), (count, percent) => {
      const share = phasedShare(count, percent);
      expect(share).toBe(Math.max(1, Number((BigInt(count) * BigInt(percent)) / 100n)));
      expect(share).toBeLessThanOrEqual(count);
    }),
  );
});

test.each([
  [0, 50, 0],
  [1, 1, 1],
  [99, 1, 1],
  [199, 1, 1],
  [200, 1, 2],
  [3, 50, 1],
  [1_000, 29, 290],
  [7, 100, 7],
])('R-BAT-4 of %i devices %i %% are %i', (count, percent, share) => {
  expect(phasedShare(count, percent)).toBe(share);
});

test.each([0, 101, -1, 0.5, 33.3, Number.NaN, Number.POSITIVE_INFINITY])('R-BAT-4 %p percent is refused', (percent) => {
  expect(percentViolation(percent, 'x')).toMatchObject({ code: 'OUT_OF_RANGE', field: 'x', limit: '1–100' });
});

test.each([1, 50, 100])('R-BAT-4 %i percent is taken', (percent) => expect(percentViolation(percent, 'x')).toBeNull());
