import { deviceOfTask, type TaskId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import type { TaskEvent } from '../../schema/model/task/task-event';
import type { Violation } from '../../schema/model/violation';
import { requireDevices } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import { refuseIfAny } from '../refuse';
import type { TaskDeps } from './deps';
import { requireTasks } from './require-tasks';
import { transition } from './transition';

/** What somebody decides about tasks that wait for confirmation. */
export interface Decision {
  word: 'confirmed' | 'rejected' | 'deferred';
  event: (task: Task, now: Date) => TaskEvent;
  /** The same decision was made before: a repeat is answered like the first. */
  isDone: (task: Task) => boolean;
  /** What stands against it, besides what the task is. */
  objection?: (task: Task, field: string, now: Date) => Violation | null;
  /** It has been made: the task as it is now. */
  onDecided: (task: Task, now: Date) => void;
}

/** Of a call that names tasks to decide about: throws NOT_ALLOWED, REQUIRED, TOO_MANY, TASK_UNKNOWN, TASK_STATE. */
export function tasksToDecide(
  deps: TaskDeps,
  viewer: Viewer,
  taskIds: readonly TaskId[],
  { word, isDone }: Pick<Decision, 'word' | 'isDone'>,
) {
  requireDevices(viewer, taskIds.map(deviceOfTask), 'OPERATOR');
  return requireTasks(deps, taskIds, deps.settings.limits.confirmations, (task) =>
    task.status === 'UNCONFIRMED' || isDone(task) ? null : `it is ${task.status}, and only tasks that wait for confirmation can be ${word}`,
  );
}

/**
 * R-TASK-8, R-TASK-12: all or none of what is checked before. One that somebody else decides about meanwhile keeps nobody from the others:
 * it is named when they are done.
 */
export async function decide(deps: TaskDeps, tasks: readonly Task[], taskIds: readonly TaskId[], decision: Decision): Promise<Task[]> {
  const { event, isDone, onDecided, objection = () => null } = decision;
  const fieldOf = ({ _id }: Task) => `taskIds.${taskIds.indexOf(_id)}`;
  const asked = deps.clock();
  refuseIfAny(tasks.map((task) => (isDone(task) ? null : objection(task, fieldOf(task), asked))));
  const decided: Task[] = [];
  const refused: Violation[] = [];
  for (const task of tasks) {
    const now = deps.clock();
    const moved = await transition(deps.tasks, task, event(task, now), now);
    const found = moved ?? (await deps.tasks.get(task._id)) ?? task;
    if (moved) onDecided(moved, now);
    else if (!isDone(found)) refused.push(objection(found, fieldOf(task), now) ?? overtaken(found, fieldOf(task), decision.word));
    decided.push(found);
  }
  refuseIfAny(refused);
  return decided;
}

/** Between the check and the write: canceled, or decided another way. */
const overtaken = ({ deviceName, status }: Task, field: string, word: string): Violation => ({
  code: 'TASK_STATE',
  field,
  message: `The task of ${deviceName} became ${status} before it could be ${word}.`,
  hint: 'Query the tasks again, and decide about those that still wait. The others of this call are done.',
});
