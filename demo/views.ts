import type { BatchProgressSubscription, TaskStateFragment } from '@updraft/client';

/** A task as the API shows it, as far as the demo looks. */
export type TaskView = Omit<TaskStateFragment, 'id' | 'deviceId'>;

type ProgressEvent = Extract<BatchProgressSubscription['batchProgress'], { __typename: 'BatchProgress' }>;

export type CountsView = ProgressEvent['counts'];
export type ProgressView = Pick<ProgressEvent, 'counts' | 'rate'> & { batch: Omit<ProgressEvent['batch'], 'id'> };
