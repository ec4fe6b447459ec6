import type { Batch } from '../../schema/model/batch/batch';
import type { BatchId, DeviceId, TaskId } from '../../schema/model/ids';
import type { CancelableStatus } from '../../schema/model/task/cancel';
import type { DeferralBounds } from '../../schema/model/task/deferral';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import type { Task, TaskStatus } from '../../schema/model/task/task';
import type { Products } from '../access/permissions/products';
import type { Viewer } from '../access/viewer';
import type { Page, PageRequest } from '../paging/page';

export interface TaskFilter {
  /** Only those of these; null: all. */
  products?: Products;
  batchId?: BatchId | null;
  deviceId?: DeviceId | null;
  module?: string | null;
  status?: TaskStatus[] | null;
  /** Of the last attempt that failed; only together with `batchId`. */
  cause?: FailureCause | null;
  /** Prefix of the device name; only together with `batchId`. */
  deviceNamePrefix?: string | null;
  /** Of these devices only: those of an app. */
  among?: readonly DeviceId[] | null;
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
  /** When what it waits for is over at the latest; null: no limit. `fileBytes`: of its package. */
  waitsUntil(task: Task, fileBytes: number): Date | null;
  list(filter: TaskFilter, page: PageRequest): Promise<Page<Task>>;
  /** R-BAT-22: every task of a batch, by device, read while it is asked for. Throws NOT_ALLOWED, BATCH_UNKNOWN. */
  export(viewer: Viewer, batchId: BatchId): Promise<AsyncIterable<Task>>;
  /**
   * R-TASK-8: the tasks of a device that have not ended; for an app that names none, those of all of its devices, by device. Throws NOT_FOUND
   * for a device that does not exist, REQUIRED.
   */
  unfinished(viewer: Viewer, deviceId: DeviceId | null, module: string | null, page: PageRequest): Promise<Page<Task>>;
  /** R-TASK-8, all or none; confirming again changes nothing. Throws TOO_MANY, TASK_UNKNOWN, TASK_STATE. */
  confirm(viewer: Viewer, taskIds: readonly TaskId[]): Promise<Task[]>;
  /** R-TASK-8, all or none; rejecting again changes nothing. Throws as `confirm` does. */
  reject(viewer: Viewer, taskIds: readonly TaskId[]): Promise<Task[]>;
  /**
   * R-TASK-12, all or none: nobody is asked about them before `until`. A repeat changes nothing. Throws as `confirm` does, and
   * DEFERRAL_LIMIT, DEFERRAL_OUT_OF_RANGE.
   */
  defer(viewer: Viewer, taskIds: readonly TaskId[], until: Date): Promise<Task[]>;
  /** What the batch of a task lets it be deferred now. */
  deferralBounds(batch: Batch | null): DeferralBounds;
  /**
   * R-BAT-18: a package's tasks on some devices, in whichever batches; `tasks` are those that are canceled now. Repeating it cancels
   * nothing more. Throws PACKAGE_UNKNOWN, DEVICE_UNKNOWN, REQUIRED, TOO_MANY.
   */
  cancel(viewer: Viewer, request: Cancellation): Promise<{ canceled: number; tasks: Task[] }>;
}
