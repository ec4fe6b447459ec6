import type { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch/batch';
import { type Brought, dialectsPassedOver } from '../../schema/model/batch/dialect-obstacle';
import { deviceIdOf } from '../../schema/model/ids';
import { DIALECTS } from '../../schema/model/protocol/dialect';
import type { StoredDevice } from '../../schema/mongo/devices';
import { inRegion, modulePath, moduleVersionKey, runsOneOf } from '../../schema/mongo/devices';

export type Matched = Pick<
  Batch,
  'productKey' | 'scope' | 'sourceVersions' | 'targetVersion' | 'inheritsVersions' | 'kind' | 'newlyReportedOnly' | 'createdAt'
> &
  Brought;

type Devices = mongo.Filter<StoredDevice>;

/** R-FLOW-7: those that can be given what the batch brings. */
function takers(batch: Matched): Devices {
  const others = dialectsPassedOver(batch);
  return others.length === 0 ? {} : { dialect: { $in: DIALECTS.filter((dialect) => !others.includes(dialect)) } };
}

/** The devices a batch makes tasks for, as a filter (R-BAT-2, 5). */
export const matchingDevices = (batch: Matched): Devices => ({ ...ofAnyDialect(batch), ...takers(batch) });

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

/** The devices the batch's creator meant: among them those the package does not upgrade (R-PKG-6), and those of dialects it cannot be brought to. */
export const meantDevices = (batch: Matched): Devices => (batch.inheritsVersions ? inScope(batch) : ofAnyDialect(batch));

/** Those of them that the package does not upgrade. */
export const otherVersions = (batch: Matched): Devices => ({
  $and: [meantDevices(batch), takers(batch), { $nor: [matchingDevices(batch)] }],
});

/** Those of them that cannot be given what the batch brings. */
export const otherDialects = (batch: Matched): Devices => ({ ...meantDevices(batch), dialect: { $in: dialectsPassedOver(batch) } });

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
