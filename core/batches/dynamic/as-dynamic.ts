import type { Batch } from '../../../schema/model/batch/batch';
import type { NewDynamicBatch } from '../contract';

/** R-BAT-1: the draft of a batch as one that goes on taking devices. */
export const asDynamic = (draft: Batch, { newlyReportedOnly }: NewDynamicBatch): Batch => ({
  ...draft,
  base: draft.scope.kind === 'group' ? 'GROUP' : 'VERSION',
  ...(newlyReportedOnly && { newlyReportedOnly: true }),
  matching: true,
});
