import { type Batch, isLive } from '../../schema/model/batch/batch';
import type { Limits } from '../../schema/model/limits';
import type { Collections } from '../../schema/mongo/connect';
import { UserError } from '../errors';
import { refuseConflicts } from './insert';

/** R-BAT-14, R-BAT-21: what excludes each other does so as well when a batch that had ended goes on. Throws MULTI_MODULE_OR_OVERRIDE. */
export async function refuseReopening(collections: Collections, limits: Limits, batch: Batch): Promise<void> {
  if (isLive(batch.status)) return;
  try {
    await refuseConflicts(collections, limits, batch, undefined, (code) => code === 'MULTI_MODULE_OR_OVERRIDE');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, message } = error;
    throw new UserError(code, { field: 'batchId', message, hint: 'Wait until that batch has ended, or cancel it.' });
  }
}
