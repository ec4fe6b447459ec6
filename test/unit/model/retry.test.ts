import fc from 'fast-check';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';
import { DIALECTS } from '../../../schema/model/protocol/dialect';
import { FAILURE_CAUSES, type FailureCause, retriedBy } from '../../../schema/model/task/failure-causes';
import { attemptsMade, retryAt } from '../../../schema/model/task/retry';

const MINUTE = 60_000;
const failed = { attempt: 1, cause: 'DOWNLOAD_FAILED' as FailureCause, now: 1_000_000, deadlineAt: null };

test('R-BAT-21 attempts before a task was re-initiated do not count for its retries', () => {
  expect([attemptsMade(1), attemptsMade(3), attemptsMade(3, 3), attemptsMade(5, 3)]).toEqual([1, 3, 1, 3]);
});

describe('R-TASK-5 when the next attempt begins', () => {
  test.each(DEFAULT_LIMITS.retryIntervalMinutes)('%i minutes after the failure', (intervalMinutes) => {
    expect(retryAt({ intervalMinutes, maxRetries: 1 }, failed, MINUTE)).toBe(failed.now + intervalMinutes * MINUTE);
  });
  test('never without a policy', () => expect(retryAt(null, failed, MINUTE)).toBeNull());
  test.each(DEFAULT_LIMITS.retryCounts)('%i times at most', (maxRetries) => {
    const policy = { intervalMinutes: 0, maxRetries };
    expect(retryAt(policy, { ...failed, attempt: maxRetries }, MINUTE)).not.toBeNull();
    expect(retryAt(policy, { ...failed, attempt: maxRetries + 1 }, MINUTE)).toBeNull();
  });
  test.each(['FIRMWARE_UPDATE_FAILED', 'DOWNLOAD_FAILED', 'PACKAGE_INSTALLATION_FAILURE', 'UNEXPECTED_VERSION_REPORTED'] as const)(
    'on %s',
    (cause) => {
      expect(retryAt({ intervalMinutes: 0, maxRetries: 1 }, { ...failed, cause }, MINUTE)).not.toBeNull();
    },
  );
  test('never after the time-out, nor at it', () => {
    const policy = { intervalMinutes: 10, maxRetries: 1 };
    const deadlineAt = failed.now + 10 * MINUTE;
    expect(retryAt(policy, { ...failed, deadlineAt }, MINUTE)).toBeNull();
    expect(retryAt(policy, { ...failed, deadlineAt: deadlineAt + 1 }, MINUTE)).not.toBeNull();
  });
  test('never on a cause that the dialect does not retry, and never in the past', () => {
    const dialects = fc.constantFrom(...DIALECTS);
    const cause = fc.constantFrom(...(Object.keys(FAILURE_CAUSES) as FailureCause[]));
    fc.assert(
      fc.property(
        dialects,
        cause,
        fc.nat(5),
        fc.constantFrom(...DEFAULT_LIMITS.retryIntervalMinutes),
        (dialect, cause, attempt, intervalMinutes) => {
          const at = retryAt({ intervalMinutes, maxRetries: 5 }, { ...failed, cause, attempt, dialect }, MINUTE);
          if (!retriedBy(dialect, cause)) expect(at).toBeNull();
          if (at !== null) expect(at).toBeGreaterThanOrEqual(failed.now);
        },
      ),
    );
  });
});
