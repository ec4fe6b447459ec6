import { Schema } from 'mongoose';
import { DIALECTS } from '../model/protocol/dialect';
import { FAILURE_CAUSES } from '../model/task/failure-causes';
import type { Negotiation } from '../model/task/negotiation';
import { type Attempt, TASK_OUTCOMES, TASK_STATUSES, type Task, type TaskDownload, type Transition } from '../model/task/task';
import { storedIn } from './options';

const cause = { type: String, enum: [...Object.keys(FAILURE_CAUSES), null], default: null };
const date = { type: Date, default: null };

const attemptSchema = new Schema<Attempt>(
  {
    number: { type: Number, required: true },
    cause,
    text: { type: String, default: null },
    startedAt: date,
    endedAt: { type: Date, required: true },
  },
  { _id: false },
);

const transitionSchema = new Schema<Transition>(
  {
    at: { type: Date, required: true },
    attempt: Number,
    from: { type: String, enum: TASK_STATUSES, required: true },
    to: { type: String, enum: TASK_STATUSES, required: true },
    cause,
    text: { type: String, default: null },
  },
  { _id: false },
);

const downloadSchema = new Schema<TaskDownload>(
  {
    bytesServed: { type: Number, required: true },
    requests: { type: Number, required: true },
    lastAt: { type: Date, required: true },
  },
  { _id: false },
);

const negotiationSchema = new Schema<Negotiation>(
  {
    onlineMs: { type: Number, required: true },
    queriedAt: date,
    askedAt: { type: Date },
    begunAt: date,
    openedAt: date,
    heard: { type: Boolean, required: true },
    returned: { type: Boolean },
    servedBefore: { type: Number, required: true },
    confirmingAt: { type: Date },
  },
  { _id: false },
);

export const taskSchema = new Schema<Task>(
  {
    _id: { type: String, required: true },
    batchId: { type: String, required: true },
    packageId: { type: String, required: true },
    productKey: { type: String, required: true },
    deviceId: { type: String, required: true },
    deviceName: { type: String, required: true },
    module: { type: String, required: true },
    moduleName: { type: String, default: undefined },
    dialect: { type: String, enum: DIALECTS },
    sourceVersion: { type: String, default: null },
    targetVersion: { type: String, required: true },
    status: { type: String, enum: TASK_STATUSES, required: true },
    active: { type: Boolean, required: true },
    slots: { type: [Number], default: undefined },
    attempt: { type: Number, required: true, min: 1 },
    firstAttempt: { type: Number, min: 1, default: undefined },
    matches: { type: Number, min: 1 },
    timeoutMinutes: { type: Number },
    progress: { type: Number, min: 0, max: 100, default: null },
    cause,
    causeText: { type: String, default: null },
    outcome: { type: String, enum: [...TASK_OUTCOMES, null] },
    judgedAt: Date,
    reachable: { type: Boolean, required: true },
    gatewayId: { type: String, default: null },
    offerAt: date,
    notifiedAt: date,
    firstNotifiedAt: date,
    notifications: { type: Number, required: true, default: 0 },
    reacted: { type: Boolean, required: true, default: false },
    downloaded: { type: Boolean },
    downloadedAt: { type: Date },
    renotifications: { type: Number, min: 0 },
    cameBack: { type: Boolean },
    repeats: { type: Number, min: 0 },
    retryAt: date,
    firstProgressAt: date,
    deadlineAt: date,
    negotiation: { type: negotiationSchema },
    onlineBy: { type: Date },
    download: { type: downloadSchema },
    attempts: { type: [attemptSchema], default: [] },
    transitions: { type: [transitionSchema], default: [] },
    revision: { type: Number, required: true, default: 0 },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    endedAt: date,
  },
  storedIn('tasks'),
);

const whileActive = { partialFilterExpression: { active: true } };

/** Counts by status, and the tasks of a batch by status. */
taskSchema.index({ batchId: 1, status: 1, _id: 1 });
/** R-BAT-24: outcomes of a batch, those since a resume too. */
taskSchema.index({ batchId: 1, outcome: 1, judgedAt: 1 }, { partialFilterExpression: { outcome: { $gt: '' } } });
/** One active task a device and module: the store's half of the guarantee (R-BAT-8). */
taskSchema.index({ deviceId: 1, module: 1 }, { ...whileActive, unique: true });
/** No slot of a device twice: one task that stands alone, or a few for different modules (R-BAT-8, R-BAT-13). */
taskSchema.index({ deviceId: 1, slots: 1 }, { ...whileActive, unique: true });
/** What is due and reachable in a batch: the claim. */
taskSchema.index({ batchId: 1, reachable: 1, offerAt: 1 }, whileActive);
/** Platform-led tasks whose device is awaited: those whose time is up. */
taskSchema.index({ batchId: 1, reachable: 1, onlineBy: 1 }, { partialFilterExpression: { onlineBy: { $gt: new Date(0) } } });
taskSchema.index({ deviceId: 1, createdAt: -1, _id: 1 });
/** Pushes of the last minute. */
taskSchema.index({ batchId: 1, notifiedAt: 1 }, { partialFilterExpression: { notifiedAt: { $gt: new Date(0) } } });
/** Devices ever pushed: what a variable rate grows with. */
taskSchema.index({ batchId: 1, firstNotifiedAt: 1 }, { partialFilterExpression: { firstNotifiedAt: { $gt: new Date(0) } } });
/** Tasks of a status, whatever their batch. */
taskSchema.index({ status: 1, _id: 1 });
/** Whose device a gateway leaves behind when it ends. */
taskSchema.index({ gatewayId: 1 }, whileActive);
