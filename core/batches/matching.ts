import type { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch';
import type { StoredDevice } from '../../schema/mongo/devices';
import { runsOneOf } from '../../schema/mongo/devices';

/** The devices a batch is for, as a filter (R-BAT-2, 5). */
export function matchingDevices(batch: Pick<Batch, 'productKey' | 'module' | 'scope' | 'sourceVersions'>): mongo.Filter<StoredDevice> {
  const { productKey, module, scope, sourceVersions } = batch;
  return {
    productKey,
    enabled: true,
    ...(scope.kind === 'targeted' && { deviceName: { $in: scope.deviceNames } }),
    ...(sourceVersions.length > 0 && runsOneOf(module, sourceVersions)),
  };
}
