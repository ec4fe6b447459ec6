import type { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch/batch';
import { deviceIdOf } from '../../schema/model/ids';
import type { StoredDevice } from '../../schema/mongo/devices';
import { inRegion, modulePath, moduleVersionKey, runsOneOf } from '../../schema/mongo/devices';

export type Matched = Pick<
  Batch,
  'productKey' | 'module' | 'scope' | 'sourceVersions' | 'targetVersion' | 'inheritsVersions' | 'kind' | 'newlyReportedOnly' | 'createdAt'
>;

/**
 * The devices a batch makes tasks for, as a filter (R-BAT-2, 5). Where the package chose the versions, a device that has the target is done
 * (R-TASK-3); a dynamic batch has nothing to do with it.
 */
export function matchingDevices(batch: Matched): mongo.Filter<StoredDevice> {
  const { module, sourceVersions, targetVersion, inheritsVersions } = batch;
  if (batch.kind === 'dynamic') return dynamicallyMatching(batch);
  const versions = inheritsVersions ? [...sourceVersions, targetVersion] : sourceVersions;
  return { ...inScope(batch), ...(versions.length > 0 && runsOneOf(module, versions)) };
}

/** What `schema/model/batch/dynamic-match.ts` says of one device. */
function dynamicallyMatching(batch: Matched): mongo.Filter<StoredDevice> {
  const { module, sourceVersions, targetVersion, newlyReportedOnly, createdAt } = batch;
  return {
    ...inScope(batch),
    ...(sourceVersions.length > 0
      ? runsOneOf(module, sourceVersions)
      : { moduleVersions: { $ne: moduleVersionKey(module, targetVersion) } }),
    ...(newlyReportedOnly && { [modulePath(module, 'reportedAt')]: { $gt: createdAt } }),
  };
}

/** The devices the batch's creator meant: those the package does not upgrade are among them (R-PKG-6). */
export const meantDevices = (batch: Matched): mongo.Filter<StoredDevice> =>
  batch.inheritsVersions ? inScope(batch) : matchingDevices(batch);

/** Those of them that the package does not upgrade. */
export const otherVersions = (batch: Matched): mongo.Filter<StoredDevice> => ({
  $and: [meantDevices(batch), { $nor: [matchingDevices(batch)] }],
});

/** Those of the scope that no batch takes. */
export const disabledDevices = (batch: Matched): mongo.Filter<StoredDevice> => inScope(batch, false);

function inScope({ productKey, scope }: Pick<Matched, 'productKey' | 'scope'>, enabled = true): mongo.Filter<StoredDevice> {
  return {
    productKey,
    enabled,
    ...(scope.kind === 'targeted' && { _id: { $in: scope.deviceNames.map((name) => deviceIdOf(productKey, name)) } }),
    ...(scope.kind === 'group' && { groups: { $in: scope.groupIds } }),
    ...(scope.kind === 'region' && inRegion(scope.province, scope.city)),
  };
}
