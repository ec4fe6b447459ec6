import { type Batch, type BatchPolicy, isLive, type Schedule, type StatusCounts } from '../batch/batch';
import { type CurvePoint, pushCurve } from '../batch/push-curve';

/** What a batch's end waits for, as far as can be said beforehand. */
export const END_LIMITS = {
  NOTHING_TO_PUSH: 'No device has to be notified: the batch ends at once.',
  PUSH_RATE: 'The last device is notified then, if all are on-line; it needs its own time for the upgrade.',
  SCHEDULE_END: 'The scheduled end comes first; what has not ended by then is canceled.',
  CONFIRMATION: 'Each task waits until somebody confirms it.',
  DEVICE_REQUEST: 'Nothing is pushed: each device has to ask.',
  DEVICES: 'Every device was notified, and some have not finished.',
  PAUSED: 'The batch is paused, or has halted: it goes on when somebody resumes it.',
} as const;
export type EndLimit = keyof typeof END_LIMITS;

export interface ExpectedEnd {
  startAt: Date;
  points: CurvePoint[];
  stepMinutes: number;
  /** When the last device is notified; null when that cannot be said. */
  lastPushAt: Date | null;
  /** Null when it cannot be said. */
  expectedEnd: Date | null;
  limitedBy: EndLimit;
}

/** R-BAT-23: when so many devices will have been notified, and what ends the batch. `minuteMs` is 60,000 save in tests. */
export function expectedEnd(devices: number, policy: BatchPolicy, schedule: Schedule | null, now: Date, minuteMs = 60_000): ExpectedEnd {
  const startAt = schedule?.startAt ?? now;
  const endAt = schedule?.endAt ?? null;
  const nothing = { startAt, points: [], stepMinutes: 1, lastPushAt: null };
  if (devices === 0) return { ...nothing, expectedEnd: startAt, limitedBy: 'NOTHING_TO_PUSH' };
  const waits = policy.proactivePush === false ? 'DEVICE_REQUEST' : policy.confirmation ? 'CONFIRMATION' : null;
  if (waits) return { ...nothing, expectedEnd: endAt, limitedBy: endAt ? 'SCHEDULE_END' : waits };
  const { points, stepMinutes, lastPushMinute } = pushCurve(devices, policy.rate);
  const at = (minute: number): Date => new Date(startAt.getTime() + minute * minuteMs);
  const lastPushAt = at(lastPushMinute ?? 0);
  if (endAt === null || lastPushAt <= endAt)
    return { startAt, points, stepMinutes, lastPushAt, expectedEnd: lastPushAt, limitedBy: 'PUSH_RATE' };
  const before = points.filter(({ minute }) => at(minute) < endAt);
  return { startAt, points: before, stepMinutes, lastPushAt: null, expectedEnd: endAt, limitedBy: 'SCHEDULE_END' };
}

/** When a live batch ends, as far as can be said; `at` is null when it cannot. */
export interface BatchEnd {
  at: Date | null;
  limitedBy: EndLimit;
}

type Running = Pick<Batch, 'status' | 'policy' | 'schedule' | 'selection'>;

/** For a batch that runs, from its tasks by status and what its rate has reached. Null before its devices are selected, and once it is over. */
export function estimatedEnd(batch: Running, counts: StatusCounts, reached: number, now: Date, minuteMs = 60_000): BatchEnd | null {
  if (!isLive(batch.status) || batch.selection === null) return null;
  const endAt = batch.schedule?.endAt ?? null;
  const end = unlessClosed(batch, counts, reached, now, minuteMs);
  return endAt !== null && (end.at === null || end.at > endAt) ? { at: endAt, limitedBy: 'SCHEDULE_END' } : end;
}

function unlessClosed({ status, policy, schedule }: Running, counts: StatusCounts, reached: number, now: Date, minuteMs: number): BatchEnd {
  if (status === 'PAUSED' || status === 'HALTED') return { at: null, limitedBy: 'PAUSED' };
  if (counts.UNCONFIRMED > 0) return { at: null, limitedBy: 'CONFIRMATION' };
  if (counts.QUEUED === 0) return { at: null, limitedBy: 'DEVICES' };
  if (policy.proactivePush === false) return { at: null, limitedBy: 'DEVICE_REQUEST' };
  const startAt = Math.max(now.getTime(), schedule?.startAt.getTime() ?? 0);
  const { lastPushMinute } = pushCurve(counts.QUEUED, policy.rate, reached);
  return { at: new Date(startAt + (lastPushMinute ?? 0) * minuteMs), limitedBy: 'PUSH_RATE' };
}
