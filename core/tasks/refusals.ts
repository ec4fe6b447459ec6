import type { RemovedTasks } from '../../schema/model/batch/batch';
import type { CancelableStatus } from '../../schema/model/task/cancel';
import type { Violation } from '../../schema/model/violation';
import { UserError } from '../errors';

export const batchUnknown = (): UserError =>
  new UserError('BATCH_UNKNOWN', {
    field: 'batchId',
    message: 'No batch has this id.',
    hint: 'Query `batches` for the ids there are.',
  });

/** Its tasks were kept as long as a setting says. */
export const tasksRemoved = ({ at }: RemovedTasks): UserError =>
  new UserError('BATCH_STATE', {
    field: 'batchId',
    message: `The batch ended long ago: its tasks were removed on ${at.toISOString().slice(0, 10)}, and only their counts are kept.`,
    hint: 'Create a new batch for the devices. How long tasks are kept says UPDRAFT_KEEP_TASKS_DAYS.',
  });

/** R-BAT-18: nobody means nothing by an empty list. */
export const statusesViolation = (statuses: readonly CancelableStatus[] | null | undefined): Violation | null =>
  statuses?.length === 0
    ? {
        code: 'REQUIRED',
        field: 'statuses',
        message: 'The list of statuses is empty.',
        hint: 'Name at least one status, or leave the list out for everything that has not ended.',
      }
    : null;
