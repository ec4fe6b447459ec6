import type { Products } from '../../core/access/permissions/products';
import type { ShownEntry } from '../../core/audit/contract';
import type { CellUse } from '../../core/cells/contract';
import type { Batch, TaskCounts } from '../../schema/model/batch/batch';
import type { DeviceImport } from '../../schema/model/device/device-import';
import type { BatchId, DeviceId } from '../../schema/model/ids';
import type { UploadState } from '../../schema/model/package/upload';
import type { Task, TaskStatus } from '../../schema/model/task/task';

/** The log does not reach back to where a reader stood: what it knows may be old. */
export interface ResyncEvent {
  kind: 'resync';
  cursor: string;
}

export interface TaskChangeEvent {
  kind: 'change';
  task: Task;
  cursor: string;
}

export interface BatchProgressEvent {
  kind: 'progress';
  batch: Batch;
  counts: TaskCounts;
  cursor: string;
}

export interface UploadProgressEvent {
  kind: 'progress';
  uploadId: string;
  received: number;
  offset: number;
  size: number;
  state: UploadState;
  cursor: string;
}

export interface ImportProgressEvent {
  kind: 'progress';
  import: DeviceImport;
  cursor: string;
}

export interface CellChangeEvent {
  kind: 'change';
  cell: CellUse;
  cursor: string;
}

export interface AuditAddedEvent {
  kind: 'added';
  entry: ShownEntry;
  cursor: string;
}

/** What a slow reader did not get since its last event. `dropped` are tasks whose latest change was lost, and part of `skipped`. */
export interface Skipped {
  skipped: number;
  dropped: number;
}

export type TaskFeedEvent = (TaskChangeEvent & Skipped) | ResyncEvent;
export type AuditFeedEvent = (AuditAddedEvent & Pick<Skipped, 'dropped'>) | ResyncEvent;
export type BatchFeedEvent = BatchProgressEvent | ResyncEvent;
export type CellFeedEvent = CellChangeEvent | ResyncEvent;
export type ImportFeedEvent = ImportProgressEvent | ResyncEvent;
export type UploadFeedEvent = UploadProgressEvent | ResyncEvent;

export interface TaskFeedFilter {
  /** Only tasks of these products; null: of all. */
  products?: Products;
  batchId?: BatchId | null;
  deviceId?: DeviceId | null;
  module?: string | null;
  statuses?: TaskStatus[] | null;
  deviceNamePrefix?: string | null;
}
