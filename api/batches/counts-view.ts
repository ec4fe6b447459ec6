import type { StatusCounts } from '../../schema/model/batch';
import { totalOf } from '../../schema/model/live-counts';
import type { BatchCounts } from './types';

export const countsView = (counts: StatusCounts): BatchCounts => ({
  total: totalOf(counts),
  unconfirmed: counts.UNCONFIRMED,
  queued: counts.QUEUED,
  notified: counts.NOTIFIED,
  inProgress: counts.IN_PROGRESS,
  succeeded: counts.SUCCEEDED,
  failed: counts.FAILED,
  canceled: counts.CANCELED,
});
