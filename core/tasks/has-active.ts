import type { BatchId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';

/** Whether a batch has a task that has not ended. */
export const hasActiveTask = async (tasks: Collections['tasks'], batchId: BatchId): Promise<boolean> =>
  (await tasks.findOne({ batchId, active: true }, { projection: { _id: 1 } })) !== null;
