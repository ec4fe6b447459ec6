import type { Batch, SelectionSummary, TaskCounts } from '../../schema/model/batch/batch';
import { totalOf } from '../../schema/model/batch/live-counts';
import type { BatchCounts, BatchSelection } from './types';

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

/** `why`: devices of some dialects are passed over. */
export const selectionView = (selection: SelectionSummary, why: string | null): BatchSelection => ({
  ...selection,
  skippedVersion: selection.skippedVersion ?? 0,
  skippedDialect: selection.skippedDialect ?? 0,
  skippedDialectReason: selection.skippedDialect ? why : null,
  skippedPhase: selection.skippedPhase ?? 0,
});

/** What a batch was read with; it goes with the very object. */
export const counted = new WeakMap<Batch, TaskCounts>();
