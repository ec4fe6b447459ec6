import type { StatusCounts } from './batch';
import { TASK_STATUSES } from './task';

/** A batch's counts before it has tasks: every status at 0, so that a reader never meets a gap. */
export const emptyCounts = (): StatusCounts =>
  TASK_STATUSES.reduce((counts, status) => Object.assign(counts, { [status]: 0 }), {} as StatusCounts);

/** Tasks in all. */
export const totalOf = (counts: StatusCounts): number => TASK_STATUSES.reduce((total, status) => total + counts[status], 0);
