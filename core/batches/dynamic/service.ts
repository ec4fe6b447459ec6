import { isRefused } from '../../../schema/model/batch/batch-state';
import type { BatchId } from '../../../schema/model/ids';
import type { CancelableStatus } from '../../../schema/model/task/cancel';
import { requireRole } from '../../access/require-role';
import { UserError } from '../../errors';
import { refuseIfAny } from '../../refuse';
import { statusesViolation } from '../../tasks/refusals';
import type { DynamicBatchService } from '../contract';
import { draftBatch } from '../create-static';
import { insertOnce } from '../insert';
import { asDynamic } from './as-dynamic';
import { type EditDeps, editDynamic } from './edit';
import { endPolicy } from './policy';
import { requireDynamic } from './refusals';

export function createDynamicService(deps: EditDeps): DynamicBatchService {
  const { store, settings, engine, live, clock } = deps;
  const { collections } = store;
  return {
    async createDynamic(viewer, input) {
      requireRole(viewer, 'OPERATOR');
      const batch = await insertOnce(deps, async () => {
        const draft = await draftBatch(collections, settings, viewer, input, clock(), 'dynamic');
        return draft.repeated ? draft : { batch: asDynamic(draft.batch, input), repeated: false };
      });
      live.forget(batch.productKey);
      await engine.startBatch(batch._id);
      return batch;
    },
    async cancelPolicy(viewer, id, statuses) {
      requireRole(viewer, 'OPERATOR');
      refuseIfAny([statusesViolation(statuses)]);
      const batch = await requireDynamic(collections, id, { mayHaveEnded: true });
      // With its last task it may have ended as a whole: it takes no further devices either way.
      if (isRefused(batch.status, 'change')) return { batch, canceled: 0, already: true };
      const ended = await endPolicy(deps, id);
      const canceled = statuses ? await cancelTasks(deps, id, statuses, ended) : 0;
      return { batch: (await collections.batches.findOne({ _id: id })) ?? batch, canceled, already: !ended };
    },
    editDynamic: (viewer, id, changes) => editDynamic(deps, viewer, id, changes),
  };
}

/** A batch whose policy ends, and that has no task left, may be over before it can be asked. */
async function cancelTasks({ engine }: EditDeps, id: BatchId, statuses: readonly CancelableStatus[], ended: boolean): Promise<number> {
  try {
    return (await engine.commandBatch(id, { kind: 'cancelTasks', which: { statuses } })).affected;
  } catch (error) {
    if (ended && error instanceof UserError) return 0;
    throw error;
  }
}
