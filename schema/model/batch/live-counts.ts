import { TASK_STATUSES } from '../task/task';
import type { StatusCounts, TaskCounts } from './batch';

/** A batch's counts before it has tasks: every status at 0, so that a reader never meets a gap. */
export const emptyCounts = (): StatusCounts =>
  TASK_STATUSES.reduce((counts, status) => Object.assign(counts, { [status]: 0 }), {} as StatusCounts);

/** The same with what the statuses do not show. */
export const emptyTaskCounts = (): TaskCounts => ({ ...emptyCounts(), failing: 0, regressed: 0 });

/** Tasks in all: each has one status. */
export const totalOf = (counts: StatusCounts): number => TASK_STATUSES.reduce((total, status) => total + counts[status], 0);
