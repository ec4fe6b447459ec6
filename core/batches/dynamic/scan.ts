import type { Batch } from '../../../schema/model/batch/batch';
import { isLive } from '../../../schema/model/batch/batch';
import type { BatchId } from '../../../schema/model/ids';
import type { Collections } from '../../../schema/mongo/connect';
import { CHANGED_INDEX } from '../../../schema/mongo/devices';
import { MATCHED_FIELDS, type MatchedDevice } from '../../devices/report-version';
import { inChunks } from '../../in-chunks';
import type { MatchDeps, Matching } from '../../selection/dynamic/match';
import { matchingDevices } from '../../selection/matching';
import { endMatching } from './policy';

/** Clocks of processes differ, and what one of them knows of batches is a second old. */
const MARGIN_MS = 60_000;
const CHUNK = 500;

/**
 * "Event to wake, scan to be right": looks for devices that changed since the last scan, and for those of source versions that were added,
 * and gives the batch the ones it missed. False when the batch takes devices no more. May run twice.
 */
export async function scanForBatch(
  deps: MatchDeps,
  matching: Matching,
  batchId: BatchId,
  onProgress: () => void = () => {},
): Promise<boolean> {
  const { collections, live, clock } = deps;
  const { batches, groups } = collections;
  const stored = await batches.findOne({ _id: batchId });
  if (!stored?.matching || !isLive(stored.status)) return false;
  const { scope, productKey } = stored;
  if (scope.kind === 'group' && (await groups.findOne({ _id: scope.groupId }, { projection: { _id: 1 } })) === null) {
    await endMatching(deps, batchId);
    return false;
  }
  const began = clock();
  live.forget(productKey);
  const batch = (await live.of(productKey)).find(({ _id }) => _id === batchId);
  if (!batch) return false;
  for await (const devices of inChunks(missed(collections, batch), CHUNK)) {
    await matching.ofBatch(batch, devices);
    onProgress();
  }
  await batches.updateOne({ _id: batchId, matching: true }, { $set: { scannedAt: began } });
  if (batch.pendingVersions) await takeAdded(deps, matching, batch, batch.pendingVersions, onProgress);
  return true;
}

/** R-BAT-16: everybody with one of the versions, whenever it was reported. */
async function takeAdded({ collections }: MatchDeps, matching: Matching, batch: Batch, versions: string[], onProgress: () => void) {
  const added = versions.filter((version) => batch.sourceVersions.includes(version));
  if (added.length > 0) {
    const having = collections.devices.find(matchingDevices({ ...batch, sourceVersions: added }), { projection: MATCHED_FIELDS });
    for await (const devices of inChunks(having, CHUNK)) {
      await matching.ofBatch(batch, devices);
      onProgress();
    }
  }
  await collections.batches.updateOne({ _id: batch._id, pendingVersions: versions }, { $unset: { pendingVersions: true } });
}

/** Of a group by when they came or changed, along the index of its members; else along the one of changes. */
function missed({ devices }: Collections, batch: Batch): AsyncIterable<MatchedDevice> {
  const since = { $gte: new Date((batch.scannedAt ?? batch.createdAt).getTime() - MARGIN_MS) };
  const filter = matchingDevices(batch);
  const { scope } = batch;
  if (scope.kind !== 'group') {
    return devices.find({ ...filter, changedAt: since }, { projection: MATCHED_FIELDS }).hint(CHANGED_INDEX);
  }
  const changed = [{ changedAt: since }, ...scope.groupIds.map((id) => ({ [`memberSince.${id}`]: since }))];
  return devices.find({ ...filter, $or: changed }, { projection: MATCHED_FIELDS });
}
