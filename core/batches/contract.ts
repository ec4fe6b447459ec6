import type { Batch } from '../../schema/model/batch';
import type { BatchEdit } from '../../schema/model/batch-edit';
import type { CancelableStatus } from '../../schema/model/cancel';
import type { BatchId } from '../../schema/model/ids';
import type { Viewer } from '../access/viewer';
import type { NewStaticBatch } from '../core';
import type { BatchPreview } from './preview';

export interface NewDynamicBatch extends Omit<NewStaticBatch, 'schedule'> {
  /** R-BAT-12. */
  newlyReportedOnly?: boolean | null;
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
   * policy was. Throws BATCH_UNKNOWN, BATCH_STATE, REQUIRED.
   */
  cancelPolicy(viewer: Viewer, id: BatchId, statuses?: readonly CancelableStatus[] | null): Promise<{ batch: Batch; canceled: number }>;
  /**
   * R-BAT-16, what `update` does when source versions or a time-out are given: versions that are added bring their devices in, tasks of those that are removed go on; the time-out is for tasks made from now
   * on; rate and tags are taken in the same write. Throws BATCH_UNKNOWN, BATCH_STATE, SOURCE_VERSIONS_FIXED, REQUIRED, what is wrong with
   * the values, and DYNAMIC_BASES_MIXED.
   */
  editDynamic(viewer: Viewer, id: BatchId, edit: BatchEdit): Promise<Batch>;
}
