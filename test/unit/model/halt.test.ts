import fc from 'fast-check';
import type { HaltPolicy, Judged } from '../../../schema/model/batch/batch';
import { fewestToHalt, haltReason, minimumOf, successesToCount, withMinimum } from '../../../schema/model/batch/halt';
import { policyViolations } from '../../../schema/model/batch/policy';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';
import { waitingFor } from '../../../schema/model/task/waiting-for';
import { aTask } from '../../support/builders';

test.each<[string, HaltPolicy, Judged, boolean]>([
  ['R-BAT-24 below the share it goes on', { failedPercent: 10, minimumJudged: 1 }, { succeeded: 91, failed: 9 }, false],
  ['R-BAT-24 at the share it halts', { failedPercent: 10, minimumJudged: 1 }, { succeeded: 90, failed: 10 }, true],
  ['R-BAT-24 one short of the minimum it goes on', { failedPercent: 10, minimumJudged: 20 }, { succeeded: 0, failed: 19 }, false],
  ['R-BAT-24 at the minimum it halts', { failedPercent: 10, minimumJudged: 20 }, { succeeded: 0, failed: 20 }, true],
  ['R-BAT-24 below the number it goes on', { failedCount: 5, minimumJudged: 1 }, { succeeded: 0, failed: 4 }, false],
  ['R-BAT-24 at the number it halts', { failedCount: 5, minimumJudged: 1 }, { succeeded: 1_000, failed: 5 }, true],
  [
    'R-BAT-24 of both thresholds one is enough',
    { failedPercent: 50, failedCount: 5, minimumJudged: 1 },
    { succeeded: 95, failed: 5 },
    true,
  ],
  ['R-BAT-24 without a failure it never halts', { failedPercent: 1, minimumJudged: 1 }, { succeeded: 100, failed: 0 }, false],
])('%s', (_name, policy, finished, halts) => {
  expect(haltReason(policy, finished) !== null).toBe(halts);
});

test('R-BAT-24 the reason names the figures', () => {
  expect(haltReason({ failedPercent: 10, minimumJudged: 20 }, { succeeded: 35, failed: 5 })).toBe(
    '5 of 40 devices with an outcome have failed (12.5 %); the threshold is 10 %.',
  );
});

test('R-BAT-24 a device of a halted batch waits for its resumption', () => {
  expect(waitingFor(aTask(), 'HALTED', new Date())).toBe('BATCH_HALTED');
});

const found = (halt: HaltPolicy): string[] =>
  policyViolations({ rate: { kind: 'constant', perMinute: 10 }, retry: null, timeoutMinutes: null, halt }, DEFAULT_LIMITS).map(
    ({ code, field }) => `${code} ${field}`,
  );

test.each<[string, HaltPolicy, string[]]>([
  ['R-BAT-24 a threshold of 1 % is taken', { failedPercent: 1, minimumJudged: 1 }, []],
  ['R-BAT-24 a threshold of 100 % is taken', { failedPercent: 100, minimumJudged: 1_000_000 }, []],
  ['R-BAT-24 a threshold of 0 % is refused', { failedPercent: 0, minimumJudged: 1 }, ['OUT_OF_RANGE halt.failedPercent']],
  ['R-BAT-24 a threshold of 101 % is refused', { failedPercent: 101, minimumJudged: 1 }, ['OUT_OF_RANGE halt.failedPercent']],
  ['R-BAT-24 0 failures are refused', { failedCount: 0, minimumJudged: 1 }, ['OUT_OF_RANGE halt.failedCount']],
  ['R-BAT-24 1,000,001 failures are refused', { failedCount: 1_000_001, minimumJudged: 1 }, ['OUT_OF_RANGE halt.failedCount']],
  ['R-BAT-24 a minimum of 0 is refused', { failedCount: 1, minimumJudged: 0 }, ['OUT_OF_RANGE halt.minimumJudged']],
  ['R-BAT-24 no threshold at all is refused', { minimumJudged: 1 }, ['REQUIRED halt']],
  ['R-BAT-24 no minimum is refused', { failedCount: 1 }, ['REQUIRED halt.minimumJudged']],
  ['R-BAT-24 the older name of the minimum is taken', { failedCount: 1, minimumFinished: 3 }, []],
  ['R-BAT-24 what is wrong is named as it was given', { failedCount: 1, minimumFinished: 0 }, ['OUT_OF_RANGE halt.minimumFinished']],
  ['R-BAT-24 both names with one number are taken', { failedCount: 1, minimumJudged: 3, minimumFinished: 3 }, []],
  [
    'R-BAT-24 both names with two numbers are refused',
    { failedCount: 1, minimumJudged: 3, minimumFinished: 4 },
    ['ALIAS_DIFFERS halt.minimumFinished'],
  ],
])('%s', (_name, halt, expected) => {
  expect(found(halt)).toEqual(expected);
});

const aPolicy = fc
  .record({
    failedPercent: fc.option(fc.integer({ min: 1, max: 100 })),
    failedCount: fc.option(fc.integer({ min: 1, max: 300 })),
    minimumJudged: fc.integer({ min: 1, max: 300 }),
  })
  .filter(({ failedPercent, failedCount }) => failedPercent !== null || failedCount !== null);

test('R-BAT-24 no more successes are counted than can matter', () => {
  fc.assert(
    fc.property(aPolicy, fc.nat(400), fc.nat(4_000), (halt, failed, succeeded) => {
      const counted = Math.min(succeeded, successesToCount(halt, failed));
      expect(haltReason(halt, { failed, succeeded: counted }) === null).toBe(haltReason(halt, { failed, succeeded }) === null);
    }),
  );
});

test('R-BAT-24 the fewest devices with which a batch can halt are as many failures, and no fewer', () => {
  fc.assert(
    fc.property(aPolicy, fc.nat(400), (halt, succeeded) => {
      const fewest = fewestToHalt(halt);
      expect(haltReason(halt, { failed: fewest, succeeded: 0 })).not.toBeNull();
      const failed = Math.max(0, fewest - 1 - succeeded);
      expect(haltReason(halt, { failed, succeeded: Math.min(succeeded, fewest - 1) })).toBeNull();
    }),
  );
});

test('R-BAT-24 the minimum of a stored batch is read by either name, and kept by the new one', () => {
  expect([minimumOf({ minimumFinished: 7 }), minimumOf({ minimumJudged: 8 })]).toEqual([7, 8]);
  expect(withMinimum({ failedCount: 1, minimumFinished: 7 })).toEqual({ failedCount: 1, minimumJudged: 7 });
});
