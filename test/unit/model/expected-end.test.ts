import type { BatchPolicy, BatchStatus, StatusCounts } from '../../../schema/model/batch/batch';
import { emptyCounts } from '../../../schema/model/batch/live-counts';
import { estimatedEnd } from '../../../schema/model/task/expected-end';

const NOW = new Date('2026-01-01T00:00:00Z');
const minutes = (count: number): Date => new Date(NOW.getTime() + count * 60_000);
const POLICY: BatchPolicy = { rate: { kind: 'constant', perMinute: 100 }, retry: null, timeoutMinutes: null };
const selection = { matched: 1, created: 1, skippedBusy: 0 };

interface Case {
  status?: BatchStatus;
  policy?: Partial<BatchPolicy>;
  counts?: Partial<StatusCounts>;
  startAt?: Date;
  endAt?: Date;
  reached?: number;
}
const end = ({ status = 'RUNNING', policy, counts, startAt = NOW, endAt, reached = 0 }: Case) =>
  estimatedEnd(
    { status, policy: { ...POLICY, ...policy }, selection, schedule: { startAt, endAt: endAt ?? null } },
    { ...emptyCounts(), ...counts },
    reached,
    NOW,
  );

test.each<[string, Case, string, Date | null]>([
  ['with everything notified waits for devices', { counts: { NOTIFIED: 1, IN_PROGRESS: 2 } }, 'DEVICES', null],
  ['that is paused waits for people', { status: 'PAUSED', counts: { QUEUED: 5 } }, 'PAUSED', null],
  ['that has halted waits for people', { status: 'HALTED', counts: { QUEUED: 5 } }, 'PAUSED', null],
  ['with tasks to confirm waits for that', { counts: { QUEUED: 5, UNCONFIRMED: 1 } }, 'CONFIRMATION', null],
  ['that pushes nothing waits for devices to ask', { policy: { proactivePush: false }, counts: { QUEUED: 5 } }, 'DEVICE_REQUEST', null],
  ['that ends by the clock ends then', { counts: { QUEUED: 5_000 }, endAt: minutes(20) }, 'SCHEDULE_END', minutes(20)],
  ['that waits for devices ends by the clock as well', { counts: { NOTIFIED: 1 }, endAt: minutes(20) }, 'SCHEDULE_END', minutes(20)],
  ['with one device left ends with its notification', { counts: { QUEUED: 1 } }, 'PUSH_RATE', NOW],
  ['that starts later ends after that', { status: 'SCHEDULED', counts: { QUEUED: 1 }, startAt: minutes(9) }, 'PUSH_RATE', minutes(9)],
])('R-BAT-23 a batch %s', (_, one, limitedBy, at) => {
  expect(end(one)).toEqual({ at, limitedBy });
});

test('R-BAT-23 what is still queued goes at the rate, which goes on from what was reached', () => {
  const at = (one: Case): number => ((end(one)?.at?.getTime() ?? 0) - NOW.getTime()) / 60_000;
  expect(at({ counts: { QUEUED: 991, SUCCEEDED: 5_000 } })).toBeCloseTo(10, 1);
  const rate = { kind: 'variable', base: 10, factor: 2, maximum: 100, threshold: { of: 'notified', count: 1_000 } } as const;
  expect(at({ policy: { rate }, counts: { QUEUED: 100 } })).toBeGreaterThan(9);
  expect(at({ policy: { rate }, counts: { QUEUED: 100 }, reached: 4_000 })).toBeLessThan(1.1);
});

test('R-BAT-23 a batch that is over, or has not selected its devices, has no estimated end', () => {
  expect(end({ status: 'FINISHED' })).toBeNull();
  expect(estimatedEnd({ status: 'STARTING', policy: POLICY, selection: null }, emptyCounts(), 0, NOW)).toBeNull();
});
