import fc from 'fast-check';
import { emptyCounts, totalOf } from '../../../schema/model/batch/live-counts';
import { TASK_STATUSES } from '../../../schema/model/task/task';

describe('R-BAT-22 counts by status', () => {
  test('R-BAT-22 a batch without tasks has every status at 0', () => {
    expect(emptyCounts()).toEqual(Object.fromEntries(TASK_STATUSES.map((status) => [status, 0])));
    expect(totalOf(emptyCounts())).toBe(0);
  });

  test('R-BAT-22 two empty counts share nothing', () => {
    const first = emptyCounts();
    first.QUEUED = 5;
    expect(emptyCounts().QUEUED).toBe(0);
  });

  test('R-BAT-22 the total is every task once', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TASK_STATUSES)), (statuses) => {
        const counts = emptyCounts();
        for (const status of statuses) counts[status] += 1;
        expect(totalOf(counts)).toBe(statuses.length);
      }),
    );
  });
});
