import fc from 'fast-check';
import type { BatchPolicy, HaltPolicy } from '../../../schema/model/batch/batch';
import { earliestHalt } from '../../../schema/model/batch/earliest-halt';
import { haltReason } from '../../../schema/model/batch/halt';

const startAt = new Date('2026-01-01T00:00:00Z');
const POLICY: BatchPolicy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null };
const earliest = (halt: HaltPolicy | null, devices = 1_000, policy: Partial<BatchPolicy> = {}, isDynamic = false) =>
  earliestHalt({ devices, policy: { ...POLICY, halt, ...policy }, startAt, isDynamic });

test.each<[string, HaltPolicy, number]>([
  ['R-BAT-23 R-BAT-24 a share halts with the minimum of devices', { failedPercent: 50, minimumJudged: 20 }, 20],
  ['R-BAT-23 R-BAT-24 a number needs as many failures', { failedCount: 30, minimumJudged: 20 }, 30],
  ['R-BAT-23 R-BAT-24 a number below the minimum waits for the minimum', { failedCount: 3, minimumJudged: 20 }, 20],
  ['R-BAT-23 R-BAT-24 of share and number the earlier one halts', { failedPercent: 1, failedCount: 30, minimumJudged: 5 }, 5],
  ['R-BAT-23 R-BAT-24 the older name of the minimum says the same', { failedPercent: 50, minimumFinished: 20 }, 20],
])('%s', (_name, halt, devices) => {
  expect(earliest(halt)).toMatchObject({ devices, possible: true });
});

test('R-BAT-23 R-BAT-24 at 600 a minute the twentieth device is notified after some two seconds, and a window of five is under way', () => {
  const halt = earliest({ failedPercent: 50, minimumJudged: 20 });
  expect(halt?.inFlight).toBe(49);
  expect(halt?.at?.getTime()).toBeCloseTo(startAt.getTime() + (19 * 60_000) / 594, -2);
});

test('R-BAT-23 R-BAT-24 no more devices are in flight than are left', () => {
  expect(earliest({ failedPercent: 50, minimumJudged: 20 }, 25)).toMatchObject({ devices: 20, inFlight: 5, possible: true });
});

test('R-BAT-23 R-BAT-24 a batch with too few devices never halts', () => {
  expect(earliest({ failedPercent: 50, minimumJudged: 20 }, 19)).toMatchObject({ devices: 20, inFlight: 0, at: null, possible: false });
  // With its last device it is finished, unless that is tried again.
  expect(earliest({ failedPercent: 50, minimumJudged: 20 }, 20)).toMatchObject({ possible: false });
  const retry = { intervalMinutes: 10, maxRetries: 1 };
  expect(earliest({ failedPercent: 50, minimumJudged: 20 }, 20, { retry })).toMatchObject({ possible: true });
  expect(earliest({ failedPercent: 50, minimumJudged: 20 }, 0, {}, true)).toMatchObject({ at: null, possible: true });
});

test('R-BAT-23 R-BAT-24 nothing is known of the time where devices ask or are confirmed, and nothing is said without a threshold', () => {
  const halt = { failedCount: 1, minimumJudged: 1 };
  expect(earliest(halt, 9, { proactivePush: false })).toEqual({ devices: 1, inFlight: 0, at: null, possible: true });
  expect(earliest(halt, 9, { confirmation: true })?.at).toBeNull();
  expect(earliest(null)).toBeNull();
});

test('R-BAT-23 R-BAT-24 no batch halts earlier than its preview says', () => {
  const policy = fc.record({ failedPercent: fc.integer({ min: 1, max: 100 }), minimumJudged: fc.integer({ min: 1, max: 50 }) });
  fc.assert(
    fc.property(policy, fc.nat(100), fc.nat(100), (halt, failed, succeeded) => {
      fc.pre(haltReason(halt, { failed, succeeded }) !== null);
      expect(failed + succeeded).toBeGreaterThanOrEqual(earliest(halt)?.devices ?? 0);
    }),
  );
});
