import type { Connection, mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch/batch';
import { LIVE_STATUSES } from '../../schema/model/batch/batch';
import { sourcesOverlap } from '../../schema/model/package/package-rules';
import type { Collections } from '../../schema/mongo/connect';
import { UserError } from '../errors';
import { transaction } from '../transaction';

export interface BatchStore {
  connection: Connection;
  collections: Collections;
}

/**
 * R-BAT-20. Where the product refuses conflicting batches, looking and inserting are one transaction, and each such transaction writes
 * the product: of two creations at the same instant, in whichever processes, one begins again and sees the other's batch.
 * A verification tries a package on a few devices: it is in nobody's way. Throws BATCH_CONFLICT.
 */
export async function insertUnlessConflicting({ connection, collections }: BatchStore, batch: Batch): Promise<void> {
  const { batches } = collections;
  if (!(await refusesConflicts(collections, batch))) {
    await batches.insertOne(batch);
    return;
  }
  await transaction({ connection }, async (session) => {
    await requireFreeProduct(collections, batch, session);
    await batches.insertOne(batch, { session });
  });
}

/** Within a transaction that inserts the batch. */
export async function requireFreeProduct(collections: Collections, batch: Batch, session: mongo.ClientSession): Promise<void> {
  await collections.products.updateOne({ _id: batch.productKey }, { $set: { lastBatchId: batch._id } }, { session });
  await requireNoConflict(collections, batch, session);
}

export async function refusesConflicts({ products }: Pick<Collections, 'products'>, { productKey, kind }: Batch): Promise<boolean> {
  if (kind === 'verification') return false;
  return (await products.findOne({ _id: productKey, refuseConflictingBatches: true }, { projection: { _id: 1 } })) !== null;
}

type Other = Pick<Batch, '_id' | 'name' | 'sourceVersions' | 'targetVersion'>;

/** Throws BATCH_CONFLICT for a live batch of another package that is for devices of the same module and source version. */
export async function requireNoConflict(
  { batches }: Pick<Collections, 'batches'>,
  batch: Batch,
  session?: mongo.ClientSession,
): Promise<void> {
  const { productKey, module, packageId, sourceVersions } = batch;
  const live = {
    productKey,
    module,
    packageId: { $ne: packageId },
    kind: { $ne: 'verification' as const },
    status: { $in: [...LIVE_STATUSES] },
  };
  const projection = { name: 1, sourceVersions: 1, targetVersion: 1 };
  for await (const other of batches.find<Other>(live, { session, projection }).sort({ _id: 1 })) {
    if (sourcesOverlap(other.sourceVersions, sourceVersions)) throw conflict(batch, other);
  }
}

function conflict({ module }: Batch, other: Other): UserError {
  const from = other.sourceVersions.length === 0 ? 'any version' : other.sourceVersions.slice(0, 5).join(', ');
  return new UserError('BATCH_CONFLICT', {
    field: 'packageId',
    message: `The product refuses conflicting batches, and ${other.name} (${other._id}) is pushing ${other.targetVersion} to the module ${module} from ${from}.`,
    hint: 'Wait until that batch has ended or cancel it, choose other source versions, or set `refuseConflictingBatches` of the product to false.',
    conflictingId: other._id,
  });
}
