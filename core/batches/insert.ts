import type { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch/batch';
import { LIVE_STATUSES } from '../../schema/model/batch/batch';
import { type Contender, conflictsOf } from '../../schema/model/batch/dynamic-conflicts';
import type { Limits } from '../../schema/model/limits';
import type { Collections } from '../../schema/mongo/connect';
import { ensureStreamId } from '../downloads/stream-id';
import { isDuplicateKey } from '../duplicate-key';
import { UserError, UserErrors } from '../errors';
import { packageUnknown } from '../packages/refusals';
import { serialized } from '../transaction';
import { type BatchStore, insertUnlessConflicting, refusesConflicts, requireFreeProduct } from './conflict';

export interface InsertDeps {
  store: BatchStore;
  settings: { limits: Limits };
}

/** Two callers with one idempotency key at the same instant: the index lets one in, the other finds its batch. */
export async function insertOnce(deps: InsertDeps, draft: () => Promise<{ batch: Batch; repeated: boolean }>): Promise<Batch> {
  const { collections } = deps.store;
  for (let attempt = 1; ; attempt++) {
    const { batch, repeated } = await draft();
    if (repeated) return batch;
    if (await confirmsByQuery(collections, batch)) batch.confirmByQuery = true;
    if (batch.policy.downloadProtocol === 'MQTT') await ensureStreamId(collections, batch.packageId);
    try {
      await insertSerialized(deps, batch);
      await requireStillThere(collections, batch);
      return batch;
    } catch (error) {
      const again = isDuplicateKey(error) || (await isOwnTwin(collections, batch));
      if (attempt === 2 || !again) throw error;
    }
  }
}

/** Kept with the batch: every process is to judge its devices alike, from the first to the last. */
async function confirmsByQuery({ products }: Collections, { productKey }: Batch): Promise<boolean> {
  return (await products.findOne({ _id: productKey, confirmByQuery: true }, { projection: { _id: 1 } })) !== null;
}

/** What stands in the way may be what the same call has made before. */
async function isOwnTwin({ batches }: Collections, { idempotency }: Batch): Promise<boolean> {
  if (idempotency === null) return false;
  return (await batches.findOne({ 'idempotency.key': idempotency.key }, { projection: { _id: 1 } })) !== null;
}

/** A deletion marks its package and then looks for batches: whichever of the two comes second sees the other. */
async function requireStillThere({ batches, packages }: Collections, { _id, packageId }: Batch): Promise<void> {
  if (await packages.findOne({ _id: packageId, deletedAt: null }, { projection: { _id: 1 } })) return;
  await batches.deleteOne({ _id });
  throw packageUnknown();
}

/** Only these can be in the way of others, or find others in theirs. */
export const mayConflict = ({ kind, policy }: Batch): boolean =>
  kind === 'dynamic' || policy.multiModule === true || policy.overridePrevious === true;

async function insertSerialized({ store, settings }: InsertDeps, batch: Batch): Promise<void> {
  if (!mayConflict(batch)) return insertUnlessConflicting(store, batch);
  const refuses = await refusesConflicts(store.collections, batch);
  await serialized(store, conflictKeys(batch), async (session) => {
    if (refuses) await requireFreeProduct(store.collections, batch, session);
    await refuseConflicts(store.collections, settings.limits, batch, session);
    await store.collections.batches.insertOne(batch, { session });
  });
}

/** What may conflict goes one after the other, in a product and for a group. */
export const conflictKeys = ({ productKey, scope }: Pick<Batch, 'productKey' | 'scope'>): string[] => [
  `batches/${productKey}`,
  ...(scope.kind === 'group' ? [`batches-of-group/${scope.groupId}`] : []),
];

/** R-BAT-8, 14, 15. Throws all conflicts at once. */
export async function refuseConflicts(
  { batches }: Collections,
  limits: Limits,
  batch: Batch,
  session?: mongo.ClientSession,
  codes: (code: UserError['code']) => boolean = () => true,
): Promise<void> {
  const { productKey, scope, policy } = batch;
  const live = { productKey, status: { $in: [...LIVE_STATUSES] } };
  const filter = [
    { matching: true as const, productKey },
    ...(scope.kind === 'group' ? [{ matching: true as const, 'scope.groupId': scope.groupId }] : []),
    ...(policy.multiModule ? [{ ...live, 'policy.overridePrevious': true }] : []),
    ...(policy.overridePrevious ? [{ ...live, 'policy.multiModule': true }] : []),
  ];
  const others: Contender[] = await batches
    .find({ $or: filter }, session && { session })
    .sort({ _id: 1 })
    .toArray();
  const conflicts = conflictsOf(batch, others, limits).filter(({ code }) => codes(code));
  const [first, ...further] = conflicts.map(({ code, ...details }) => new UserError(code, details));
  if (first) throw further.length > 0 ? new UserErrors([first, ...further]) : first;
}
