import type { Batch, BatchKind, BatchPolicy, BatchScope, CauseCount, Schedule, TaskCounts } from '../../schema/model/batch/batch';
import type { BatchEdit } from '../../schema/model/batch/batch-edit';
import type { EarliestHalt } from '../../schema/model/batch/earliest-halt';
import type { BatchId, TaskId } from '../../schema/model/ids';
import type { CancelableStatus } from '../../schema/model/task/cancel';
import type { BatchEnd, ExpectedEnd } from '../../schema/model/task/expected-end';
import type { SkipReason } from '../../schema/model/task/reinitiation';
import type { Products } from '../access/permissions/products';
import type { Viewer } from '../access/viewer';
import type { Page, PageRequest } from '../paging/page';
import type { LookAhead } from '../selection/look-ahead';

/** Either some tasks of the batch, or all that have failed. */
export interface Reinitiation {
  batchId: BatchId;
  /** At most 100. */
  taskIds?: readonly TaskId[] | null;
  all?: boolean | null;
  idempotencyKey?: string | null;
}

export interface Reinitiated {
  batch: Batch;
  /** Tasks that have begun again. */
  reinitiated: number;
  skippedCount: number;
  /** The first of those that were left as they are; at most `limits.skippedShown`. */
  skipped: { taskId: TaskId; reason: SkipReason }[];
}

export interface NewVerification {
  packageId: string;
  /** At most 10. */
  deviceNames: string[];
  sourceVersions?: string[] | null;
  timeoutMinutes?: number | null;
  idempotencyKey?: string | null;
}

export interface NewStaticBatch {
  packageId: string;
  name?: string | null;
  scope: BatchScope;
  sourceVersions?: string[] | null;
  policy: BatchPolicy;
  /** R-BAT-6; it starts at once when not given. */
  schedule?: Schedule | null;
  idempotencyKey?: string | null;
}

export interface NewDynamicBatch extends Omit<NewStaticBatch, 'schedule'> {
  /** R-BAT-12. */
  newlyReportedOnly?: boolean | null;
}

export interface BatchPreview extends Pick<LookAhead, 'selection' | 'estimated'>, ExpectedEnd {
  /** Of the devices that matched, the most frequent first; at most `limits.previewVersions`. */
  versions: { version: string | null; devices: number }[];
  /** Devices with yet other versions. */
  otherVersions: number;
  /** Why devices of some dialects are passed over; null when the batch can be brought to all. */
  dialectReason: string | null;
  /** Devices to notify. */
  toPush: number;
  /** R-BAT-24. Null: it has no threshold. */
  earliestHalt: EarliestHalt | null;
}

export interface CanceledBatch {
  batch: Batch;
  /** Tasks that this call has canceled. */
  canceled: number;
  already: boolean;
}

export interface DynamicPreview {
  /** R-BAT-23: of the devices that match now. Refused as `createDynamic` would be. */
  previewDynamic(viewer: Viewer, input: NewDynamicBatch): Promise<BatchPreview>;
}

export interface DynamicBatchService {
  /**
   * R-BAT-1: for the devices that match now, and for those that do later. Throws as `createStatic` does, save BATCH_EMPTY, and STATIC_ONLY,
   * SOURCE_VERSIONS_FIXED, DYNAMIC_BATCH_EXISTS, MULTI_MODULE_OR_OVERRIDE, DYNAMIC_BASES_MIXED, GROUP_SETTINGS_DIFFER, GROUP_PACKAGES.
   */
  createDynamic(viewer: Viewer, input: NewDynamicBatch): Promise<Batch>;
  /**
   * R-BAT-18: takes no further devices, and ends once its tasks have; with `statuses` those tasks are canceled as well, also after the
   * policy was. `already`: the policy had ended before. Throws BATCH_UNKNOWN, BATCH_STATE, REQUIRED.
   */
  cancelPolicy(viewer: Viewer, id: BatchId, statuses?: readonly CancelableStatus[] | null): Promise<CanceledBatch>;
  /**
   * R-BAT-16, what `update` does when source versions or a time-out are given: versions that are added bring their devices in, tasks of those that are removed go on; the time-out is for tasks made from now
   * on; rate and tags are taken in the same write. Throws BATCH_UNKNOWN, BATCH_STATE, SOURCE_VERSIONS_FIXED, REQUIRED, what is wrong with
   * the values, and DYNAMIC_BASES_MIXED.
   */
  editDynamic(viewer: Viewer, id: BatchId, edit: BatchEdit): Promise<Batch>;
}

export interface BatchFilter {
  productKey?: string | null;
  packageId?: string | null;
  status?: Batch['status'] | null;
  statuses?: readonly Batch['status'][] | null;
  kind?: BatchKind | null;
  /** In the name, without regard to case. */
  text?: string | null;
  createdFrom?: Date | null;
  createdBefore?: Date | null;
  /** Only those of these; null: all. */
  products?: Products;
}

export interface BatchService extends DynamicBatchService, DynamicPreview {
  createStatic(viewer: Viewer, input: NewStaticBatch): Promise<Batch>;
  /** R-PKG-9: a small batch of its own; may be repeated. Throws as `createStatic` does, and TOO_MANY. */
  verify(viewer: Viewer, input: NewVerification): Promise<Batch>;
  /** R-BAT-23: refused as `createStatic` would be. */
  preview(viewer: Viewer, input: NewStaticBatch): Promise<BatchPreview>;
  get(id: BatchId): Promise<Batch | null>;
  getMany(ids: readonly BatchId[]): Promise<(Batch | null)[]>;
  /** The latest first, or the earliest. Throws OUT_OF_RANGE. */
  list(filter: BatchFilter, page: PageRequest, earliestFirst?: boolean): Promise<Page<Batch>>;
  counts(id: BatchId): Promise<TaskCounts>;
  /** By cause, the most frequent first; exact. */
  failures(batch: Pick<Batch, '_id' | 'removedTasks'>): Promise<CauseCount[]>;
  /** Devices a minute that the policy asks for now (R-RATE-1, R-RATE-2). */
  askedRate(batch: Pick<Batch, '_id' | 'policy' | 'removedTasks'>): Promise<number>;
  /** Null before the devices are selected, and once the batch is over. */
  estimatedEnd(batch: Batch): Promise<BatchEnd | null>;
  /** Devices a minute over the last minute (or since the start, if that is shorter). */
  reachedRate(id: BatchId): Promise<number>;
  /** R-BAT-16; repeating it changes nothing. Throws BATCH_UNKNOWN, BATCH_STATE, REQUIRED, RATE_KIND_FIXED, RATE_UNUSED, and what is wrong with values. */
  update(viewer: Viewer, id: BatchId, edit: BatchEdit): Promise<Batch>;
  /** `already`: it was paused before, or had halted. Throws BATCH_UNKNOWN, BATCH_STATE where it cannot be. */
  pause(viewer: Viewer, id: BatchId): Promise<{ batch: Batch; already: boolean }>;
  /** `already`: it was neither paused nor had it halted. Throws BATCH_UNKNOWN, BATCH_STATE where it cannot be. */
  resume(viewer: Viewer, id: BatchId): Promise<{ batch: Batch; already: boolean }>;
  /**
   * R-BAT-18: ends the batch and every task in it that has not ended; with `statuses` only those tasks, and the batch goes on with the
   * others. `already`: the batch was canceled before.
   */
  cancel(viewer: Viewer, id: BatchId, statuses?: readonly CancelableStatus[] | null): Promise<CanceledBatch>;
  /** R-BAT-21; repeating it starts nothing twice. Throws BATCH_UNKNOWN, BATCH_STATE, PACKAGE_UNKNOWN, REQUIRED, TOO_MANY, TASK_UNKNOWN. */
  reinitiate(viewer: Viewer, request: Reinitiation): Promise<Reinitiated>;
  /** R-BAT-19: with its tasks; how many they were. May be repeated after a crash; also finishes then. Throws BATCH_UNKNOWN, BATCH_STATE. */
  delete(viewer: Viewer, id: BatchId, idempotencyKey?: string | null): Promise<{ batchId: BatchId; tasks: number }>;
}
