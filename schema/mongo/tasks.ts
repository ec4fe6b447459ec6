import { CELL_LEVELS } from '../model/cell/level';
import { DELIVERIES, type Look, LWM2M_STEPS, type Lwm2mUpgrade } from '../model/lwm2m/upgrade';
import { DIALECTS } from '../model/protocol/dialect';
import { DOWNLOAD_SCHEMES } from '../model/protocol/download-scheme';
import type { Deferral } from '../model/task/deferral';
import { FAILURE_CAUSES } from '../model/task/failure-causes';
import type { Negotiation } from '../model/task/negotiation';
import { type Attempt, TASK_OUTCOMES, TASK_STATUSES, type Task, type TaskDownload, type Transition } from '../model/task/task';
import { date, flag, keysOf, list, nullable, number, object, oneOf, optional, schemaOf, text } from './declaration';

const cause = oneOf(keysOf(FAILURE_CAUSES));

const attempt = object<Attempt>({ number, cause, text: nullable(text), startedAt: nullable(date), endedAt: date });

const transition = object<Transition>({
  at: date,
  attempt: optional(number),
  from: oneOf(TASK_STATUSES),
  to: oneOf(TASK_STATUSES),
  cause: nullable(cause),
  text: nullable(text),
});

const negotiation = object<Negotiation>({
  onlineMs: number,
  queriedAt: nullable(date),
  askedAt: optional(nullable(date)),
  begunAt: nullable(date),
  openedAt: nullable(date),
  heard: flag,
  returned: optional(flag),
  servedBefore: number,
  confirmingAt: optional(nullable(date)),
});

const lwm2m = object<Lwm2mUpgrade>({
  step: oneOf(LWM2M_STEPS),
  since: date,
  state: nullable(number),
  result: nullable(number),
  resultBefore: nullable(number),
  delivery: nullable(oneOf(DELIVERIES)),
  scheme: nullable(oneOf(DOWNLOAD_SCHEMES)),
  cell: nullable(text),
  level: nullable(oneOf(CELL_LEVELS)),
  waitingSince: nullable(date),
  calledAt: optional(date),
  deliveries: number,
  refusals: number,
  pushedAt: nullable(date),
  executedAt: nullable(date),
  deferSeconds: nullable(number),
  sleptMs: number,
  asleepSince: nullable(date),
});

export const taskSchema = schemaOf<Task>({
  _id: text,
  batchId: text,
  packageId: text,
  productKey: text,
  deviceId: text,
  deviceName: text,
  module: text,
  moduleName: optional(text),
  dialect: optional(oneOf(DIALECTS)),
  sourceVersion: nullable(text),
  targetVersion: text,
  status: oneOf(TASK_STATUSES),
  active: flag,
  slots: optional(list(number)),
  attempt: number,
  firstAttempt: optional(number),
  matches: optional(number),
  timeoutMinutes: optional(nullable(number)),
  progress: nullable(number),
  cause: nullable(cause),
  causeText: nullable(text),
  outcome: optional(nullable(oneOf(TASK_OUTCOMES))),
  judgedAt: optional(nullable(date)),
  reachable: flag,
  gatewayId: nullable(text),
  presenceRevision: optional(number),
  offerAt: nullable(date),
  settledAt: optional(nullable(date)),
  notifiedAt: nullable(date),
  firstNotifiedAt: nullable(date),
  notifications: number,
  reacted: flag,
  downloaded: optional(flag),
  downloadedAt: optional(date),
  renotifications: optional(number),
  cameBack: optional(flag),
  repeats: optional(number),
  retryAt: nullable(date),
  firstProgressAt: nullable(date),
  deadlineAt: nullable(date),
  negotiation: optional(nullable(negotiation)),
  onlineBy: optional(nullable(date)),
  deferral: optional(nullable(object<Deferral>({ times: number, until: date, at: date, by: text, tellAt: nullable(date) }))),
  lwm2m: optional(nullable(lwm2m)),
  waitBy: optional(nullable(date)),
  look: optional(nullable(object<Look>({ gatewayId: nullable(text), at: date }))),
  download: optional(object<TaskDownload>({ bytesServed: number, requests: number, lastAt: date })),
  attempts: list(attempt),
  transitions: list(transition),
  revision: number,
  createdAt: date,
  updatedAt: date,
  endedAt: nullable(date),
});

/** Asked for by its name: counts and lists are of this index alone. */
export const WAITING_INDEX = 'waiting-in-cells';

const whileActive = { partialFilterExpression: { active: true } };

/** Counts by status, and the tasks of a batch by status. */
taskSchema.index({ batchId: 1, status: 1, _id: 1 });
/** R-BAT-24: outcomes of a batch, those since a resume too. */
taskSchema.index({ batchId: 1, outcome: 1, judgedAt: 1 }, { partialFilterExpression: { outcome: { $gt: '' } } });
/** Failures by cause, counted and listed: tasks whose last attempt has failed, and no others, cost an entry. */
taskSchema.index({ batchId: 1, cause: 1, status: 1, _id: 1 }, { partialFilterExpression: { cause: { $gt: '' } } });
/** One active task a device and module: the store's half of the guarantee (R-BAT-8). */
taskSchema.index({ deviceId: 1, module: 1 }, { ...whileActive, unique: true });
/** No slot of a device twice: one task that stands alone, or a few for different modules (R-BAT-8, R-BAT-13). */
taskSchema.index({ deviceId: 1, slots: 1 }, { ...whileActive, unique: true });
/** What is due and reachable in a batch: what it pushes next. */
taskSchema.index({ batchId: 1, reachable: 1, offerAt: 1 }, whileActive);
/** Platform-led tasks whose device is awaited: those whose time is up. */
taskSchema.index({ batchId: 1, reachable: 1, onlineBy: 1 }, { partialFilterExpression: { onlineBy: { $gt: new Date(0) } } });
/** LwM2M devices that a gateway is to look at, also after the end of their tasks. */
taskSchema.index({ 'look.gatewayId': 1, 'look.at': 1 }, { partialFilterExpression: { 'look.at': { $gt: new Date(0) } } });
/** The same of a device that has been heard. */
taskSchema.index({ deviceId: 1 }, { partialFilterExpression: { 'look.at': { $gt: new Date(0) } } });
/** Waits of tasks that have no workflow yet, whose device is there. */
taskSchema.index({ batchId: 1, waitBy: 1 }, { partialFilterExpression: { waitBy: { $gt: new Date(0) } } });
/** R-TASK-12: deferrals whose end is to be told. */
taskSchema.index(
  { batchId: 1, 'deferral.tellAt': 1 },
  { partialFilterExpression: { status: 'UNCONFIRMED', 'deferral.tellAt': { $gt: new Date(0) } } },
);
taskSchema.index({ deviceId: 1, createdAt: -1, _id: 1 });
/** Pushes of the last minute. */
taskSchema.index({ batchId: 1, notifiedAt: 1 }, { partialFilterExpression: { notifiedAt: { $gt: new Date(0) } } });
/** Devices ever pushed: what a variable rate grows with. */
taskSchema.index({ batchId: 1, firstNotifiedAt: 1 }, { partialFilterExpression: { firstNotifiedAt: { $gt: new Date(0) } } });
/** Tasks of a status, whatever their batch. */
taskSchema.index({ status: 1, _id: 1 });
/** Whose device a gateway leaves behind when it ends. */
taskSchema.index({ gatewayId: 1 }, whileActive);
/**
 * R-FLOW-4: who waits for a cell slot. By batch, so that those of one that is paused are passed over by one step, however many they are;
 * never called ones before the others, those that wait longest first. What it holds only is in its keys, too: counts read nothing else.
 */
taskSchema.index(
  { active: 1, 'lwm2m.step': 1, 'lwm2m.cell': 1, 'lwm2m.level': 1, batchId: 1, reachable: 1, 'lwm2m.calledAt': 1, 'lwm2m.waitingSince': 1 },
  { name: WAITING_INDEX, partialFilterExpression: { active: true, 'lwm2m.step': 'CELL_SLOT' } },
);
