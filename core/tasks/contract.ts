import type { Batch } from '../../schema/model/batch/batch';
import type { Proof } from '../../schema/model/device/generations';
import type { BatchId, DeviceId, TaskId } from '../../schema/model/ids';
import type { IgnoredReport } from '../../schema/model/protocol/ignored-report';
import type { IotdaResult } from '../../schema/model/protocol/iotda-result';
import type { CancelableStatus } from '../../schema/model/task/cancel';
import type { SkipReason } from '../../schema/model/task/reinitiation';
import type { Task, TaskStatus } from '../../schema/model/task/task';
import type { Viewer } from '../access/viewer';
import type { Page, PageRequest } from '../page';
import type { Notification } from '../ports';

export interface TaskFilter {
  batchId?: BatchId | null;
  deviceId?: DeviceId | null;
  module?: string | null;
  status?: TaskStatus[] | null;
  /** Prefix of the device name; only together with `batchId`. */
  deviceNamePrefix?: string | null;
}

/** Either some tasks of the batch, or all that have failed. */
export interface Reinitiation {
  batchId: BatchId;
  /** At most 100. */
  taskIds?: readonly TaskId[] | null;
  all?: boolean | null;
}

export interface Reinitiated {
  batch: Batch;
  /** Tasks that have begun again. */
  reinitiated: number;
  skippedCount: number;
  /** The first 100 of those that were left as they are. */
  skipped: { taskId: TaskId; reason: SkipReason }[];
}

export interface Cancellation {
  packageId: string;
  /** At most 200. */
  deviceIds: readonly DeviceId[];
  /** Only in this batch. */
  batchId?: BatchId | null;
  /** All that have not ended when not given. */
  statuses?: readonly CancelableStatus[] | null;
}

export interface TaskService {
  get(id: TaskId): Promise<Task | null>;
  getMany(ids: readonly TaskId[]): Promise<(Task | null)[]>;
  list(filter: TaskFilter, page: PageRequest): Promise<Page<Task>>;
  /** R-BAT-22: every task of a batch, by device, read while it is asked for. Throws NOT_ALLOWED, BATCH_UNKNOWN. */
  export(viewer: Viewer, batchId: BatchId): Promise<AsyncIterable<Task>>;
  /**
   * What a device said, and what it is to be told now, if anything (R-FLOW-2). Never throws for what a device sent; throws when the store or
   * the engine can't be reached, and may be repeated. `ignored` is called for progress, failures and results that no task awaits. A report
   * whose `proof` does not hold any more is dropped: it is of another device, or of somebody who was one.
   */
  report(deviceId: DeviceId, report: DeviceReport, ignored?: () => void, proof?: Proof): Promise<DeviceAnswer | null>;
  /** A report of a device that could not be read: told on the device, if the proof holds. Never waits, never throws. */
  ignored(deviceId: DeviceId, report: Omit<IgnoredReport, 'at'>, proof?: Proof): void;
  /** `firmware/get`: the device asks, with the module as it writes it. Null: nothing to do. Marks the task as pushed. */
  requested(deviceId: DeviceId, module: string, proof?: Proof): Promise<Notification | null>;
  /** R-TASK-8: the tasks of a device that have not ended. Throws NOT_FOUND for a device that does not exist. */
  unfinished(viewer: Viewer, deviceId: DeviceId, module: string | null, page: PageRequest): Promise<Page<Task>>;
  /** R-TASK-8, all or none; confirming again changes nothing. Throws TOO_MANY, TASK_UNKNOWN, TASK_STATE. */
  confirm(viewer: Viewer, taskIds: readonly TaskId[]): Promise<Task[]>;
  /** R-TASK-8, all or none; rejecting again changes nothing. Throws as `confirm` does. */
  reject(viewer: Viewer, taskIds: readonly TaskId[]): Promise<Task[]>;
  /** R-BAT-21; repeating it starts nothing twice. Throws BATCH_UNKNOWN, BATCH_STATE, PACKAGE_UNKNOWN, REQUIRED, TOO_MANY, TASK_UNKNOWN. */
  reinitiate(viewer: Viewer, request: Reinitiation): Promise<Reinitiated>;
  /**
   * R-BAT-18: a package's tasks on some devices, in whichever batches; `tasks` are those that are canceled now. Repeating it cancels
   * nothing more. Throws PACKAGE_UNKNOWN, DEVICE_UNKNOWN, REQUIRED, TOO_MANY.
   */
  cancel(viewer: Viewer, request: Cancellation): Promise<{ canceled: number; tasks: Task[] }>;
}

/** What a device is told at once: its upgrade, or the question which version it runs. */
export type DeviceAnswer = Notification | typeof VERSION_QUERY;
export const VERSION_QUERY = 'VERSION_QUERY';

/** Modules as the device writes them. */
export type DeviceReport =
  | { kind: 'version'; module: string; version: string }
  | { kind: 'progress'; module: string; percent: number }
  /** R-FLOW-2: how the upgrade under way stands; the dialect names no module. */
  | ({ kind: 'result' } & IotdaResult)
  /** `code` is the wire value, e.g. `-2`; the dialect's table names the cause. */
  | { kind: 'failed'; module: string; cause: import('../../schema/model/task/failure-causes').FailureCause; text: string | null };
