import type { Batch } from '../../../schema/model/batch/batch';
import { isRefused } from '../../../schema/model/batch/batch-state';
import type { BatchId } from '../../../schema/model/ids';
import type { Collections } from '../../../schema/mongo/connect';
import { UserError } from '../../errors';
import { batchUnknown } from '../../tasks/refusals';

/** Throws BATCH_UNKNOWN, BATCH_STATE: not dynamic, or it has ended. */
export async function requireDynamic(
  { batches }: Collections,
  id: BatchId,
  { what = 'policy that takes further devices', mayHaveEnded = false }: { what?: string; mayHaveEnded?: boolean } = {},
): Promise<Batch> {
  const batch = await batches.findOne({ _id: id, deletedAt: null });
  if (batch === null) throw batchUnknown();
  if (batch.kind !== 'dynamic') {
    throw new UserError('BATCH_STATE', {
      field: 'batchId',
      message: `The batch is not dynamic: it has no ${what}.`,
      hint: 'Leave it out; a static batch can be canceled with `cancelBatch` and created anew.',
    });
  }
  if (mayHaveEnded || !isRefused(batch.status, 'change')) return batch;
  throw new UserError('BATCH_STATE', {
    field: 'batchId',
    message: `The batch is ${batch.status}: it has ended, and takes no further devices.`,
    hint: 'Create a new batch.',
  });
}

export const policyEnded = (): UserError =>
  new UserError('BATCH_STATE', {
    field: 'batchId',
    message: 'The policy of the batch was canceled before: there is nothing to edit.',
    hint: 'Query the batch: `matching` is false, and it ends once its tasks have.',
  });
