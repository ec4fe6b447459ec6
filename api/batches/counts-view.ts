import type { Batch, TaskCounts } from '../../schema/model/batch/batch';
import { totalOf } from '../../schema/model/batch/live-counts';
import type { BatchCounts } from './types';

export const countsView = (counts: TaskCounts): BatchCounts => ({
  total: totalOf(counts),
  unconfirmed: counts.UNCONFIRMED,
  queued: counts.QUEUED,
  notified: counts.NOTIFIED,
  inProgress: counts.IN_PROGRESS,
  succeeded: counts.SUCCEEDED,
  failed: counts.FAILED,
  canceled: counts.CANCELED,
  failing: counts.failing,
  regressed: counts.regressed,
});

/** What a batch was read with; it goes with the very object. */
export const counted = new WeakMap<Batch, TaskCounts>();
