import { Schema } from 'mongoose';
import { BATCH_KINDS, BATCH_STATUSES, type Batch, DYNAMIC_BASES } from '../model/batch/batch';
import { storedIn } from './options';

const date = { type: Date, default: null };

export const batchSchema = new Schema<Batch>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    productKey: { type: String, required: true },
    packageId: { type: String, required: true },
    module: { type: String, required: true },
    targetVersion: { type: String, required: true },
    kind: { type: String, enum: BATCH_KINDS, required: true },
    scope: { type: Schema.Types.Mixed, required: true },
    share: { type: Number, default: undefined },
    sourceVersions: { type: [String], default: [] },
    inheritsVersions: { type: Boolean, default: false },
    policy: { type: Schema.Types.Mixed, required: true },
    policyRevision: { type: Number, default: undefined },
    edits: { type: Schema.Types.Mixed },
    status: { type: String, enum: BATCH_STATUSES, required: true },
    statusReason: { type: String, default: null },
    passedOver: { type: String, default: undefined },
    selection: { type: Schema.Types.Mixed, default: null },
    schedule: { type: Schema.Types.Mixed },
    base: { type: String, enum: DYNAMIC_BASES },
    newlyReportedOnly: Boolean,
    matching: Boolean,
    scannedAt: Date,
    pendingVersions: { type: [String], default: undefined },
    confirmByQuery: Boolean,
    judgedFrom: Date,
    idempotency: { type: Schema.Types.Mixed, default: null },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    startedAt: date,
    endedAt: date,
    removedTasks: { type: Schema.Types.Mixed },
    deletedAt: { type: Date },
  },
  storedIn('batches'),
);

batchSchema.index({ productKey: 1, _id: -1 });
batchSchema.index({ packageId: 1, _id: -1 });
batchSchema.index({ status: 1, _id: -1 });
/** What has been kept long enough: whole batches, and those whose tasks are still there. */
batchSchema.index({ endedAt: 1 });
batchSchema.index({ 'removedTasks.doneAt': 1, endedAt: 1 });
/** Deletions that a crash cut off. */
batchSchema.index({ deletedAt: 1 }, { partialFilterExpression: { deletedAt: { $type: 'date' } } });
/** One batch an idempotency key, also for two callers at once. */
batchSchema.index({ 'idempotency.key': 1 }, { unique: true, partialFilterExpression: { 'idempotency.key': { $type: 'string' } } });

const whileMatching = { partialFilterExpression: { matching: true } };
/** Dynamic batches that take devices: few, and asked for with reports. */
batchSchema.index({ matching: 1, productKey: 1, module: 1 }, whileMatching);
batchSchema.index({ matching: 1, 'scope.groupId': 1 }, whileMatching);
/** R-BAT-8: one of each base a package, also for two callers at once. */
batchSchema.index({ packageId: 1, base: 1 }, { ...whileMatching, unique: true });
