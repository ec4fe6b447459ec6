import type { Batch, SelectionSummary } from '../../schema/model/batch/batch';
import { NAMED_DEVICES, passedOverWords } from '../../schema/model/batch/passed-over';
import type { Collections } from '../../schema/mongo/connect';
import { disabledDevices, matchingDevices, otherVersions } from './matching';
import { versionOf } from './sample';
import { countIn, scopeStages, targetSource } from './targets';

/** Devices that are looked at to name a few that are busy. */
const SEARCHED = 1_000;

/** R-BAT-2: whom a batch that has nobody to push to has passed over, in words. A dynamic batch waits for devices, so it has no such end. */
export async function passedOver(collections: Collections, batch: Batch, selection: SelectionSummary): Promise<string | null> {
  const { created, atTarget = 0, skippedBusy, skippedVersion = 0 } = selection;
  if (batch.kind === 'dynamic' || created > atTarget) return null;
  const [busy, version, disabled] = await Promise.all([
    skippedBusy > 0 ? someBusy(collections, batch) : [],
    skippedVersion > 0 ? someOfOtherVersions(collections, batch) : [],
    countIn(collections, batch, disabledDevices(batch)),
  ]);
  return passedOverWords(batch, selection, { busy, version, disabled });
}

const someBusy = (collections: Collections, batch: Batch): Promise<{ deviceName: string; batchId: string }[]> =>
  targetSource(collections, batch)
    .aggregate<{ deviceName: string; batchId: string }>([
      ...scopeStages(batch, matchingDevices(batch)),
      { $limit: SEARCHED },
      {
        $lookup: {
          from: 'tasks',
          let: { device: '$_id' },
          pipeline: [
            { $match: { active: true, $expr: { $eq: ['$deviceId', '$$device'] } } },
            { $match: { batchId: { $ne: batch._id } } },
            { $limit: 1 },
            { $project: { batchId: 1 } },
          ],
          as: 'task',
        },
      },
      { $unwind: '$task' },
      { $limit: NAMED_DEVICES },
      { $sort: { _id: 1 } },
      { $project: { _id: 0, deviceName: 1, batchId: '$task.batchId' } },
    ])
    .toArray();

const someOfOtherVersions = (collections: Collections, batch: Batch): Promise<{ deviceName: string; version: string | null }[]> =>
  targetSource(collections, batch)
    .aggregate<{ deviceName: string; version: string | null }>([
      ...scopeStages(batch, otherVersions(batch)),
      { $limit: NAMED_DEVICES },
      { $sort: { _id: 1 } },
      { $project: { _id: 0, deviceName: 1, version: versionOf(batch) } },
    ])
    .toArray();
