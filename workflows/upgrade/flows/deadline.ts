import type { UpgradeInput } from '../../../schema/model/task/upgrade';

/** R-TASK-4: from the first progress of the task, whatever attempts follow. Epoch milliseconds; null while nothing runs out. */
export const deadlineOf = ({ timeoutMinutes, minuteMs }: UpgradeInput, firstProgressAt: number | null): number | null =>
  timeoutMinutes === null || firstProgressAt === null ? null : firstProgressAt + timeoutMinutes * minuteMs;
