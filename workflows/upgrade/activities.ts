import type { FailedAttempt, UpgradeTasks, WaitLeft, WaitLook } from '../../core/tasks/upgrade-tasks';
import type { TaskId } from '../../schema/model/ids';

/** What an upgrade workflow writes: short, conditional, harmless twice. */
export function createUpgradeActivities(tasks: UpgradeTasks) {
  return {
    /** False when the task has ended. Histories of before have no answer. */
    failAttempt: (write: FailedAttempt): Promise<boolean> => tasks.failAttempt(write),
    timeOut: (taskId: TaskId): Promise<void> => tasks.timeOut(taskId),
    /** Null when the upgrade has nothing to wait for any more: it has ended, or waits for its device or its next attempt. */
    checkWait: (look: WaitLook): Promise<WaitLeft | null> => tasks.checkWait(look),
    /** Null when the task has ended or is gone. */
    readUpgrade: (taskId: TaskId): Promise<{ attempt: number; firstProgressAt: number | null } | null> => tasks.read(taskId),
  };
}
export type UpgradeActivities = ReturnType<typeof createUpgradeActivities>;
