import { LIVE_STATUSES } from '../../schema/model/batch/batch';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { Collections } from '../../schema/mongo/connect';
import type { PackageStore } from '../ports';
import { packageInUse, packageUnknown } from './refusals';

export interface DeleteDeps {
  collections: Pick<Collections, 'packages' | 'batches' | 'tasks'>;
  files: PackageStore;
  clock: () => Date;
}

const LOOKED_AT = 6;

/**
 * R-PKG-14. Marked first, which takes it out of every list and keeps new batches away; then the bytes, then the document.
 * A crash in between leaves the mark, and whoever comes next goes on from there.
 */
export async function deletePackage(deps: DeleteDeps, id: string): Promise<FirmwarePackage> {
  const { packages } = deps.collections;
  const firmware = await packages.findOne({ _id: id });
  if (firmware === null) throw packageUnknown();
  if (!firmware.deletedAt) {
    await refuseInUse(deps.collections, id);
    await packages.updateOne({ _id: id }, { $set: { deletedAt: deps.clock() } });
  }
  try {
    await refuseInUse(deps.collections, id);
  } catch (error) {
    await packages.updateOne({ _id: id }, { $set: { deletedAt: null } });
    throw error;
  }
  for (const { fileId } of firmware.files) await deps.files.delete(fileId);
  await packages.deleteOne({ _id: id });
  return firmware;
}

/** Finishes the deletions that a crash cut off. Returns how many. May run in several processes. */
export async function finishDeletions(deps: DeleteDeps): Promise<number> {
  let finished = 0;
  for await (const { _id } of deps.collections.packages.find({ deletedAt: { $type: 'date' } }, { projection: { _id: 1 } })) {
    const done = await deletePackage(deps, _id).catch(() => null);
    if (done) finished += 1;
  }
  return finished;
}

/** A batch uses its package until it has ended, and so does a task that has not. */
async function refuseInUse({ batches, tasks }: DeleteDeps['collections'], packageId: string): Promise<void> {
  const live = await batches
    .find({ packageId, status: { $in: [...LIVE_STATUSES] } })
    .limit(LOOKED_AT)
    .toArray();
  if (live.length > 0) throw packageInUse(live);
  const ended = await batches.find({ packageId }, { projection: { _id: 1 } }).toArray();
  const task = await tasks.findOne({ batchId: { $in: ended.map(({ _id }) => _id) }, active: true }, { projection: { batchId: 1 } });
  const batch = task && (await batches.findOne({ _id: task.batchId }));
  if (batch) throw packageInUse([batch]);
}
