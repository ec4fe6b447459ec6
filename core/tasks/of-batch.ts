import type { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch/batch';
import type { BatchId } from '../../schema/model/ids';
import { deviceIdOf, taskIdOf } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import type { Collections } from '../../schema/mongo/connect';
import { isOfProducts } from '../access/permissions/products';
import { requireRole } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import { UserError } from '../errors';
import { batchUnknown, tasksRemoved } from './refusals';

/** Above every character that a name may have. */
const END = '\u{10ffff}';
const READ_AT_ONCE = 500;

/** Ids begin with the batch's, its product's key and the device's name: what begins alike is one stretch of the index (R-BAT-22). */
const stretch = (begin: string): mongo.Filter<Task> => ({ _id: { $gte: begin, $lt: `${begin}${END}` } });

/** The tasks of a batch whose devices' names begin with `prefix`. Throws REQUIRED without a batch. */
export async function byDeviceName(
  batches: Collections['batches'],
  batchId: BatchId | null | undefined,
  prefix: string,
): Promise<mongo.Filter<Task>> {
  if (!batchId) {
    throw new UserError('REQUIRED', {
      field: 'filter.batchId',
      message: 'Tasks can be searched by device name within a batch.',
      hint: 'Give the batch as well, or `deviceId` for one device.',
    });
  }
  const batch = await batches.findOne({ _id: batchId }, { projection: { productKey: 1 } });
  return batch === null ? { batchId } : stretch(taskIdOf(batchId, deviceIdOf(batch.productKey, prefix)));
}

/** R-BAT-22: read in pieces, as fast as the reader takes them. */
export async function exportTasks({ batches, tasks }: Collections, viewer: Viewer, batchId: BatchId): Promise<AsyncIterable<Task>> {
  requireRole(viewer, 'VIEWER');
  const projection = { productKey: 1, removedTasks: 1 };
  const batch = await batches.findOne<Pick<Batch, 'productKey' | 'removedTasks'>>({ _id: batchId, deletedAt: null }, { projection });
  if (batch === null || !isOfProducts(viewer, batch.productKey)) throw batchUnknown();
  if (batch.removedTasks) throw tasksRemoved(batch.removedTasks);
  return tasks.find(stretch(`${batchId}.`), { batchSize: READ_AT_ONCE, projection: { attempts: 0, transitions: 0 } }).sort({ _id: 1 });
}
