import type { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch/batch';
import { deviceIdOf } from '../../schema/model/ids';
import { NOT_UPGRADED, UPGRADED } from '../../schema/model/protocol/dialect';
import type { StoredDevice } from '../../schema/mongo/devices';
import { inRegion, modulePath, moduleVersionKey, runsOneOf } from '../../schema/mongo/devices';

export type Matched = Pick<
  Batch,
  'productKey' | 'module' | 'scope' | 'sourceVersions' | 'targetVersion' | 'inheritsVersions' | 'kind' | 'newlyReportedOnly' | 'createdAt'
>;

type Devices = mongo.Filter<StoredDevice>;

const CAN_BE_UPGRADED = { dialect: { $in: [...UPGRADED] } };

/** The devices a batch makes tasks for, as a filter (R-BAT-2, 5). */
export const matchingDevices = (batch: Matched): Devices => ({ ...ofAnyDialect(batch), ...CAN_BE_UPGRADED });

/** Where the package chose the versions, a device that has the target is done (R-TASK-3); a dynamic batch has nothing to do with it. */
function ofAnyDialect(batch: Matched): Devices {
  const { module, sourceVersions, targetVersion, inheritsVersions } = batch;
  if (batch.kind === 'dynamic') return dynamicallyMatching(batch);
  const versions = inheritsVersions ? [...sourceVersions, targetVersion] : sourceVersions;
  return { ...inScope(batch), ...(versions.length > 0 && runsOneOf(module, versions)) };
}

/** What `schema/model/batch/dynamic-match.ts` says of one device. */
function dynamicallyMatching(batch: Matched): Devices {
  const { module, sourceVersions, targetVersion, newlyReportedOnly, createdAt } = batch;
  return {
    ...inScope(batch),
    ...(sourceVersions.length > 0
      ? runsOneOf(module, sourceVersions)
      : { moduleVersions: { $ne: moduleVersionKey(module, targetVersion) } }),
    ...(newlyReportedOnly && { [modulePath(module, 'reportedAt')]: { $gt: createdAt } }),
  };
}

/** The devices the batch's creator meant: among them those the package does not upgrade (R-PKG-6), and those that speak what nothing upgrades yet. */
export const meantDevices = (batch: Matched): Devices => (batch.inheritsVersions ? inScope(batch) : ofAnyDialect(batch));

/** Those of them that the package does not upgrade. */
export const otherVersions = (batch: Matched): Devices => ({
  $and: [meantDevices(batch), CAN_BE_UPGRADED, { $nor: [matchingDevices(batch)] }],
});

/** Those of them that speak what nothing upgrades yet. */
export const otherDialects = (batch: Matched): Devices => ({ ...meantDevices(batch), dialect: { $in: [...NOT_UPGRADED] } });

/** Those of the scope that no batch takes. */
export const disabledDevices = (batch: Matched): Devices => inScope(batch, false);

function inScope({ productKey, scope }: Pick<Matched, 'productKey' | 'scope'>, enabled = true): Devices {
  return {
    productKey,
    enabled,
    ...(scope.kind === 'targeted' && { _id: { $in: scope.deviceNames.map((name) => deviceIdOf(productKey, name)) } }),
    ...(scope.kind === 'group' && { groups: { $in: scope.groupIds } }),
    ...(scope.kind === 'region' && inRegion(scope.province, scope.city)),
  };
}
