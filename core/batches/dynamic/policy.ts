import type { Batch } from '../../../schema/model/batch/batch';
import type { BatchId } from '../../../schema/model/ids';
import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { UserError } from '../../errors';
import type { UpgradeEngine } from '../../ports';
import type { LiveDynamic } from '../../selection/dynamic/live';

export interface PolicyDeps {
  collections: Collections;
  live: LiveDynamic;
  engine: UpgradeEngine;
  clock: Clock;
}

/** From now on the batch takes no further devices; its tasks go on. False when it had come to that before. May run twice. */
export async function endMatching({ collections, live, clock }: Omit<PolicyDeps, 'engine'>, batchId: BatchId): Promise<boolean> {
  const before: Batch | null = await collections.batches.findOneAndUpdate(
    { _id: batchId, matching: true },
    { $unset: { matching: true, pendingVersions: true }, $set: { updatedAt: clock() } },
  );
  if (before !== null) live.forget(before.productKey);
  return before !== null;
}

/** R-BAT-18: the same, and the batch's workflow knows of it: it ends once its tasks have. */
export async function endPolicy(deps: PolicyDeps, batchId: BatchId): Promise<boolean> {
  const ended = await endMatching(deps, batchId);
  try {
    await deps.engine.commandBatch(batchId, { kind: 'endMatching' });
  } catch (error) {
    // It has ended meanwhile, or has not begun: it asks the store when it does.
    if (!(error instanceof UserError)) throw error;
  }
  return ended;
}

/** R-BAT-15: a group is gone, and nobody can come into it any more. A scan ends what a crash leaves of this. */
export async function onGroupDeleted(deps: PolicyDeps, groupId: string): Promise<void> {
  const found = await deps.collections.batches.find({ matching: true, 'scope.groupId': groupId }, { projection: { _id: 1 } }).toArray();
  for (const { _id } of found) await endPolicy(deps, _id);
}
