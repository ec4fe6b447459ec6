import type { Batch, BatchMoveRecord, BatchStatus, EditedField } from './batch';
import { isLive } from './batch';

/** What a curve of a batch is marked with. */
export const MARK_KINDS = ['STARTED', 'PAUSED', 'HALTED', 'RESUMED', 'EDITED', 'FINISHED', 'CANCELED', 'FAILED', 'REOPENED'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

export interface BatchMark {
  at: Date;
  kind: MarkKind;
  /** Null: the platform by itself, or nobody knows any more. */
  by: string | null;
  reason: string | null;
  /** Of an edit. */
  fields: EditedField[];
}

/** Edits and changes of status in the order they happened. */
export function marksOf({ edits = [], moves = [] }: Pick<Batch, 'edits' | 'moves'>): BatchMark[] {
  const edited = edits.map(({ at, by, fields }): BatchMark => ({ at, kind: 'EDITED', by, reason: null, fields }));
  const moved = moves.map(
    ({ at, to, by = null, reason = null }, index): BatchMark => ({
      ...{ at, by, reason, fields: [] },
      kind: kindOf(to, moves[index - 1]),
    }),
  );
  return [...moved, ...edited].sort((a, b) => a.at.getTime() - b.at.getTime());
}

function kindOf(to: BatchStatus, before: BatchMoveRecord | undefined): MarkKind {
  if (to === 'SCHEDULED' || to === 'STARTING') return 'STARTED';
  if (to !== 'RUNNING') return to;
  if (before === undefined) return 'STARTED';
  return isLive(before.to) ? 'RESUMED' : 'REOPENED';
}
