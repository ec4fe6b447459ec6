import type { BatchStatus } from '../batch/batch';
import type { TaskId } from '../ids';
import type { TaskStatus } from './task';

/**
 * R-BAT-18: what a cancellation may ask for, one for each flag of CancelOTATaskByJob. SCHEDULED are the tasks to be pushed of a batch whose
 * start has not come, QUEUED those of any other.
 */
export const CANCELABLE_STATUSES = ['SCHEDULED', 'QUEUED', 'NOTIFIED', 'IN_PROGRESS', 'UNCONFIRMED'] as const;
export type CancelableStatus = (typeof CANCELABLE_STATUSES)[number];

/** The tasks of one batch that are to be canceled. */
export interface WhichTasks {
  statuses: readonly CancelableStatus[];
  /** Absent: all of the batch. */
  taskIds?: readonly TaskId[];
}

/** The statuses of tasks that are meant in a batch of this status. */
export function statusesMeant(wanted: readonly CancelableStatus[], batch: BatchStatus): TaskStatus[] {
  const toBePushed = batch === 'SCHEDULED' ? 'SCHEDULED' : 'QUEUED';
  return wanted.flatMap((status): TaskStatus[] => {
    if (status === toBePushed) return ['QUEUED'];
    return status === 'SCHEDULED' || status === 'QUEUED' ? [] : [status];
  });
}
