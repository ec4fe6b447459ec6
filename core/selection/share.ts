import type { Batch } from '../../schema/model/batch/batch';
import { phasedShare } from '../../schema/model/batch/phase';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { matchingDevices } from './matching';
import { roomStages } from './room';
import { countIn, targetSource, targetStages } from './targets';

/** R-BAT-4: the devices that match and have room for a task of the batch, those included whose earlier task gives way to it. */
export async function countAble(collections: Collections, batch: Batch, slots: number): Promise<number> {
  const stages = [...targetStages({ ...batch, share: undefined }, roomStages(batch, slots, 'overriding')), { $count: 'count' }];
  return (await targetSource(collections, batch).aggregate<{ count: number }>(stages).next())?.count ?? 0;
}

/** The same where those without room are known, and no task gives way: without looking each device up. */
export async function countAllBut(collections: Collections, batch: Batch, busy: readonly DeviceId[]): Promise<number> {
  const matching = await countIn(collections, batch, matchingDevices(batch));
  if (busy.length === 0) return matching;
  return matching - (await collections.devices.countDocuments({ $and: [matchingDevices(batch), { _id: { $in: [...busy] } }] }));
}

/** The batch with its share of them, fixed when they are first counted: a selection that is repeated takes no more than the first one meant to. */
export async function withShare(collections: Collections, batch: Batch, able: number): Promise<Batch> {
  if (batch.scope.kind !== 'phased' || batch.share !== undefined) return batch;
  const share = phasedShare(able, batch.scope.percent);
  await collections.batches.updateOne({ _id: batch._id, share: { $exists: false } }, { $set: { share } });
  const stored = await collections.batches.findOne({ _id: batch._id }, { projection: { share: 1 } });
  return { ...batch, share: stored?.share ?? share };
}
