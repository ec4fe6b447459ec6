import {
  BATCH_DELIVERIES,
  BATCH_KINDS,
  BATCH_STATUSES,
  type Batch,
  type BatchEditRecord,
  type BatchMoveRecord,
  type BatchPolicy,
  type BatchScope,
  type BatchTag,
  type CauseCount,
  type DeferralPolicy,
  DOWNLOAD_PROTOCOLS,
  DYNAMIC_BASES,
  EDITED_FIELDS,
  type HaltPolicy,
  RATE_THRESHOLDS,
  type RatePolicy,
  type RemovedTasks,
  type RetryPolicy,
  type Schedule,
  type SelectionSummary,
  type TaskCounts,
  type VariableRate,
} from '../model/batch/batch';
import { DOWNLOAD_SCHEMES } from '../model/protocol/download-scheme';
import { FAILURE_CAUSES } from '../model/task/failure-causes';
import { TASK_STATUSES } from '../model/task/task';
import {
  date,
  each,
  either,
  flag,
  idempotency,
  keysOf,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  schemaOf,
  text,
  yes,
} from './declaration';

const rate = either<[Extract<RatePolicy, { kind: 'constant' }>, VariableRate]>(
  object({ kind: oneOf(['constant']), perMinute: number }),
  object({
    kind: oneOf(['variable']),
    base: number,
    factor: number,
    maximum: number,
    threshold: object<VariableRate['threshold']>({ of: oneOf(RATE_THRESHOLDS), count: number }),
  }),
);

const halt = object<HaltPolicy>({
  failedPercent: optional(nullable(number)),
  failedCount: optional(nullable(number)),
  minimumJudged: optional(nullable(number)),
  minimumFinished: optional(nullable(number)),
});

const policy = object<BatchPolicy>({
  rate,
  retry: nullable(object<RetryPolicy>({ intervalMinutes: number, maxRetries: number })),
  timeoutMinutes: nullable(number),
  confirmation: optional(flag),
  deferral: optional(object<DeferralPolicy>({ maxTimes: number, maxHours: optional(number) })),
  overridePrevious: optional(flag),
  multiModule: optional(flag),
  proactivePush: optional(flag),
  halt: optional(nullable(halt)),
  downloadProtocol: optional(oneOf(DOWNLOAD_PROTOCOLS)),
  delivery: optional(oneOf(BATCH_DELIVERIES)),
  schemes: optional(list(oneOf(DOWNLOAD_SCHEMES))),
  tags: optional(list(object<BatchTag>({ key: text, value: text }))),
});

type ScopeOf<K extends BatchScope['kind']> = Extract<BatchScope, { kind: K }>;
const scope = either<[ScopeOf<'all'>, ScopeOf<'targeted'>, ScopeOf<'region'>, ScopeOf<'phased'>, ScopeOf<'group'>, ScopeOf<'list'>]>(
  object({ kind: oneOf(['all']) }),
  object({ kind: oneOf(['targeted']), deviceNames: list(text) }),
  object({ kind: oneOf(['region']), province: text, city: text }),
  object({ kind: oneOf(['phased']), percent: number, seed: text }),
  object({ kind: oneOf(['group']), groupId: text, groupIds: list(text) }),
  object({ kind: oneOf(['list']), listId: text }),
);

const selection = object<SelectionSummary>({
  matched: number,
  created: number,
  skippedVersion: optional(number),
  skippedDialect: optional(number),
  skippedPhase: optional(number),
  skippedBusy: number,
  atTarget: optional(number),
});

const removedTasks = object<RemovedTasks>({
  at: date,
  counts: object<TaskCounts>({ ...each(TASK_STATUSES, number), failing: number, regressed: number }),
  reached: number,
  causes: optional(list(object<CauseCount>({ cause: oneOf(keysOf(FAILURE_CAUSES)), failed: number, failing: number }))),
  doneAt: optional(date),
});

export const batchSchema = schemaOf<Batch>({
  _id: text,
  name: text,
  productKey: text,
  packageId: text,
  module: text,
  targetVersion: text,
  files: optional(number),
  kind: oneOf(BATCH_KINDS),
  scope,
  share: optional(number),
  sourceVersions: list(text),
  inheritsVersions: optional(flag),
  policy,
  policyRevision: optional(number),
  edits: optional(list(object<BatchEditRecord>({ at: date, by: text, fields: list(oneOf(EDITED_FIELDS)) }))),
  moves: optional(list(object<BatchMoveRecord>({ at: date, to: oneOf(BATCH_STATUSES), by: optional(text), reason: optional(text) }))),
  status: oneOf(BATCH_STATUSES),
  statusReason: nullable(text),
  passedOver: optional(text),
  selection: nullable(selection),
  schedule: optional(object<Schedule>({ startAt: date, endAt: nullable(date) })),
  base: optional(oneOf(DYNAMIC_BASES)),
  newlyReportedOnly: optional(flag),
  matching: optional(yes),
  scannedAt: optional(date),
  pendingVersions: optional(list(text)),
  confirmByQuery: optional(flag),
  judgedFrom: optional(date),
  idempotency: nullable(idempotency),
  createdBy: text,
  createdAt: date,
  updatedAt: date,
  startedAt: nullable(date),
  endedAt: nullable(date),
  removedTasks: optional(removedTasks),
  deletedAt: optional(nullable(date)),
});

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
