import { isActive } from '../schema/model/task/task';
import type { PlannedDevice } from './fleet-plan';
import type { TaskView } from './views';

/** A task that ended otherwise than planned, or did not end. */
export interface Deviation {
  deviceName: string;
  planned: string;
  actual: string;
}

const endText = (status: string, cause: string | null): string => (cause ? `${status} (${cause})` : status);

/** Compares each device's planned end with the real one. */
export function deviations(plan: readonly PlannedDevice[], tasks: ReadonlyMap<string, TaskView>): Deviation[] {
  return plan.flatMap(({ deviceName, planned }) => {
    const task = tasks.get(deviceName);
    const expected = endText(planned.status, planned.cause);
    const actual = actualEnd(task);
    return actual === expected ? [] : [{ deviceName, planned: expected, actual }];
  });
}

function actualEnd(task: TaskView | undefined): string {
  if (!task) return 'no task';
  if (isActive(task.status)) return `${task.status}, waiting for ${task.waitingFor ?? 'nothing'} (not ended)`;
  return endText(task.status, task.status === 'SUCCEEDED' ? null : (task.cause?.code ?? null));
}
