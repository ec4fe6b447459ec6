import type { Finished, HaltPolicy } from '../../../schema/model/batch';
import { haltReason } from '../../../schema/model/halt';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';
import { policyViolations } from '../../../schema/model/policy';
import { waitingFor } from '../../../schema/model/waiting-for';
import { aTask } from '../../support/builders';

test.each<[string, HaltPolicy, Finished, boolean]>([
  ['R-BAT-24 below the share it goes on', { failedPercent: 10, minimumFinished: 1 }, { succeeded: 91, failed: 9 }, false],
  ['R-BAT-24 at the share it halts', { failedPercent: 10, minimumFinished: 1 }, { succeeded: 90, failed: 10 }, true],
  ['R-BAT-24 one short of the minimum it goes on', { failedPercent: 10, minimumFinished: 20 }, { succeeded: 0, failed: 19 }, false],
  ['R-BAT-24 at the minimum it halts', { failedPercent: 10, minimumFinished: 20 }, { succeeded: 0, failed: 20 }, true],
  ['R-BAT-24 below the number it goes on', { failedCount: 5, minimumFinished: 1 }, { succeeded: 0, failed: 4 }, false],
  ['R-BAT-24 at the number it halts', { failedCount: 5, minimumFinished: 1 }, { succeeded: 1_000, failed: 5 }, true],
  [
    'R-BAT-24 of both thresholds one is enough',
    { failedPercent: 50, failedCount: 5, minimumFinished: 1 },
    { succeeded: 95, failed: 5 },
    true,
  ],
  ['R-BAT-24 without a failure it never halts', { failedPercent: 1, minimumFinished: 1 }, { succeeded: 100, failed: 0 }, false],
])('%s', (_name, policy, finished, halts) => {
  expect(haltReason(policy, finished) !== null).toBe(halts);
});

test('R-BAT-24 the reason names the figures', () => {
  expect(haltReason({ failedPercent: 10, minimumFinished: 20 }, { succeeded: 35, failed: 5 })).toBe(
    '5 of 40 finished devices have failed (12.5 %); the threshold is 10 %.',
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
  ['R-BAT-24 a threshold of 1 % is taken', { failedPercent: 1, minimumFinished: 1 }, []],
  ['R-BAT-24 a threshold of 100 % is taken', { failedPercent: 100, minimumFinished: 1_000_000 }, []],
  ['R-BAT-24 a threshold of 0 % is refused', { failedPercent: 0, minimumFinished: 1 }, ['OUT_OF_RANGE policy.halt.failedPercent']],
  ['R-BAT-24 a threshold of 101 % is refused', { failedPercent: 101, minimumFinished: 1 }, ['OUT_OF_RANGE policy.halt.failedPercent']],
  ['R-BAT-24 0 failures are refused', { failedCount: 0, minimumFinished: 1 }, ['OUT_OF_RANGE policy.halt.failedCount']],
  ['R-BAT-24 1,000,001 failures are refused', { failedCount: 1_000_001, minimumFinished: 1 }, ['OUT_OF_RANGE policy.halt.failedCount']],
  ['R-BAT-24 a minimum of 0 is refused', { failedCount: 1, minimumFinished: 0 }, ['OUT_OF_RANGE policy.halt.minimumFinished']],
  ['R-BAT-24 no threshold at all is refused', { minimumFinished: 1 }, ['REQUIRED policy.halt']],
])('%s', (_name, halt, expected) => {
  expect(found(halt)).toEqual(expected);
});
