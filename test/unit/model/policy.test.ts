import fc from 'fast-check';
import type { BatchPolicy, BatchScope } from '../../../schema/model/batch/batch';
import { policyViolations, sourceVersionViolations, targetedVersionViolations } from '../../../schema/model/batch/policy';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';

const good: BatchPolicy = {
  rate: { kind: 'constant', perMinute: 600 },
  retry: { intervalMinutes: 10, maxRetries: 2 },
  timeoutMinutes: 60,
};
const found = (policy: Partial<BatchPolicy>): string[] =>
  policyViolations({ ...good, ...policy }, DEFAULT_LIMITS).map(({ code, field }) => `${code} ${field}`);
const rate = (perMinute: number): Partial<BatchPolicy> => ({ rate: { kind: 'constant', perMinute } });
const RATE = 'OUT_OF_RANGE pushRate.perMinute';
const TIMEOUT = 'OUT_OF_RANGE timeoutMinutes';
const INTERVAL = 'OUT_OF_RANGE retry.intervalMinutes';
const COUNT = 'OUT_OF_RANGE retry.maxRetries';
const ORDER = 'RETRY_NOT_BEFORE_TIMEOUT retry.intervalMinutes';

describe('batch policy', () => {
  test.each<[string, Partial<BatchPolicy>, string[]]>([
    ['R-RATE-1 a rate of 10 is taken', rate(10), []],
    ['R-RATE-1 a rate of 10,000 is taken', rate(10_000), []],
    ['R-RATE-1 a rate of 9 is refused', rate(9), [RATE]],
    ['R-RATE-1 a rate of 10,001 is refused', rate(10_001), [RATE]],
    ['R-RATE-1 a rate of 10.5 is refused', rate(10.5), [RATE]],
    ['R-RATE-1 a rate that is no number is refused', rate(Number.NaN), [RATE]],
    ['R-TASK-4 no time-out is taken', { timeoutMinutes: null }, []],
    ['R-TASK-4 a time-out of 1 min is taken', { timeoutMinutes: 1, retry: null }, []],
    ['R-TASK-4 a time-out of 1,440 min is taken', { timeoutMinutes: 1_440 }, []],
    ['R-TASK-4 a time-out of 0 is refused', { timeoutMinutes: 0 }, [TIMEOUT]],
    ['R-TASK-4 a time-out of 1,441 min is refused', { timeoutMinutes: 1_441 }, [TIMEOUT]],
    ['R-TASK-4 a time-out of 1.5 min is refused', { timeoutMinutes: 1.5 }, [TIMEOUT]],
    ['R-TASK-5 no retry is taken', { retry: null }, []],
    [
      'R-TASK-5 a retry at once is taken, even before a time-out of 1 min',
      { retry: { intervalMinutes: 0, maxRetries: 1 }, timeoutMinutes: 1 },
      [],
    ],
    [
      'R-TASK-5 a retry after 24 h without a time-out is taken',
      { retry: { intervalMinutes: 1_440, maxRetries: 5 }, timeoutMinutes: null },
      [],
    ],
    ['R-TASK-5 a retry after 5 min is taken', { retry: { intervalMinutes: 5, maxRetries: 2 } }, []],
    ['R-TASK-5 an interval that is not offered is refused', { retry: { intervalMinutes: 15, maxRetries: 2 } }, [INTERVAL]],
    [
      'R-TASK-5 a retry after 5 min is refused with a time-out of 5 min',
      { retry: { intervalMinutes: 5, maxRetries: 2 }, timeoutMinutes: 5 },
      [ORDER],
    ],
    ['R-TASK-5 3 retries are refused', { retry: { intervalMinutes: 10, maxRetries: 3 } }, [COUNT]],
    ['R-TASK-5 a retry after 10 min is refused with a time-out of 10 min', { timeoutMinutes: 10 }, [ORDER]],
    ['R-TASK-5 a retry after 10 min is taken with a time-out of 11 min', { timeoutMinutes: 11 }, []],
    [
      'R-TASK-5 a retry after 24 h is refused with any time-out',
      { retry: { intervalMinutes: 1_440, maxRetries: 1 }, timeoutMinutes: 1_440 },
      [ORDER],
    ],
    [
      'all that is wrong is told at once',
      { ...rate(0), retry: { intervalMinutes: -1, maxRetries: 0 }, timeoutMinutes: -5 },
      [RATE, INTERVAL, COUNT, TIMEOUT],
    ],
  ])('%s', (_name, policy, expected) => {
    expect(found(policy)).toEqual(expected);
  });

  test('R-RATE-1 R-TASK-4 R-TASK-5 a policy is taken exactly when every number is within the limits and a retry comes before the time-out', () => {
    const number = fc.oneof(
      fc.integer({ min: -10, max: 11_000 }),
      fc.constantFrom(0, 1, 2, 4, 5, 6, 9, 10, 30, 60, 1_440, 10_000),
      fc.double(),
    );
    const limits = DEFAULT_LIMITS;
    const within = (value: number, minimum: number, maximum: number) => Number.isInteger(value) && value >= minimum && value <= maximum;
    fc.assert(
      fc.property(number, fc.option(fc.tuple(number, number)), fc.option(number), (perMinute, retry, timeoutMinutes) => {
        const policy: BatchPolicy = {
          rate: { kind: 'constant', perMinute },
          retry: retry && { intervalMinutes: retry[0], maxRetries: retry[1] },
          timeoutMinutes,
        };
        const usable =
          within(perMinute, limits.rateMinimum, limits.rateMaximum) &&
          (timeoutMinutes === null || within(timeoutMinutes, limits.timeoutMinimum, limits.timeoutMaximum)) &&
          (retry === null || (limits.retryIntervalMinutes.includes(retry[0]) && limits.retryCounts.includes(retry[1]))) &&
          (retry === null || timeoutMinutes === null || retry[0] < timeoutMinutes);
        const violations = policyViolations(policy, limits);
        expect(violations.length === 0).toBe(usable);
        for (const violation of violations) expect(violation.hint).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });

  test('R-RATE-1 the limits are those of the settings, and the message names them', () => {
    const [violation] = policyViolations(good, { ...DEFAULT_LIMITS, rateMaximum: 500 });
    expect(violation).toMatchObject({ code: 'OUT_OF_RANGE', limit: '10–500', message: expect.stringContaining('between 10 and 500') });
  });
});

describe('source versions', () => {
  test.each<[string, string[], string[]]>([
    ['R-BAT-5 none means any', [], []],
    ['R-BAT-5 others than the target are taken', ['1.0.0', '1.1.0'], []],
    ['R-BAT-5 the target is never a source', ['1.0.0', '2.0.0'], ['SOURCE_IS_TARGET sourceVersions.1']],
    ['R-BAT-5 a version in other case is another version', ['2.0.0-RC'], []],
    ['R-PKG-3 each has the form of a version', ['', 'a b'], ['REQUIRED sourceVersions.0', 'INVALID_FORMAT sourceVersions.1']],
  ])('%s', (_name, versions, expected) => {
    const violations = sourceVersionViolations(versions, '2.0.0');
    expect(violations.map(({ code, field }) => `${code} ${field}`)).toEqual(expected);
  });

  test.each<[BatchScope, boolean]>([
    [{ kind: 'all' }, true],
    [{ kind: 'region', province: 'Bern', city: 'Thun' }, true],
    [{ kind: 'phased', percent: 5, seed: 'a' }, true],
    [{ kind: 'group', groupId: 'g', groupIds: ['g'] }, true],
    [{ kind: 'targeted', deviceNames: ['dev-a'] }, false],
    [{ kind: 'list', listId: 'l' }, false],
  ])('R-BAT-5 with the scope %j they are offered: %s', (scope, offered) => {
    const codes = targetedVersionViolations(scope, ['1.0.0']).map(({ code, field }) => `${code} ${field}`);
    expect(codes).toEqual(offered ? [] : ['SOURCE_VERSIONS_TARGETED sourceVersions']);
    expect(targetedVersionViolations(scope, [])).toEqual([]);
  });
});
