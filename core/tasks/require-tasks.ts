import type { TaskId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import { UserError } from '../errors';
import { refuseIfAny } from '../refuse';
import type { TaskDeps } from './deps';

/** The tasks named, each once, in the order named. Throws REQUIRED, TOO_MANY, TASK_UNKNOWN and, for what `objection` says, TASK_STATE. */
export async function requireTasks(
  deps: Pick<TaskDeps, 'tasks'>,
  taskIds: readonly TaskId[],
  limit: number,
  objection: (task: Task) => string | null = () => null,
): Promise<Task[]> {
  requireCount(taskIds, limit);
  const found = new Map((await deps.tasks.getMany(taskIds)).map((task) => [task._id, task]));
  const tasks: Task[] = [];
  const violations = [...new Set(taskIds)].map((id) => {
    const field = `taskIds.${taskIds.indexOf(id)}`;
    const task = found.get(id);
    if (!task) return taskUnknown(field);
    tasks.push(task);
    const why = objection(task);
    if (why === null) return null;
    const hint = 'Leave it out, and query the tasks again.';
    return { code: 'TASK_STATE' as const, field, message: `The task of ${task.deviceName} can't be changed so: ${why}.`, hint };
  });
  refuseIfAny(violations);
  return tasks;
}

export const taskUnknown = (field: string) => ({
  code: 'TASK_UNKNOWN' as const,
  field,
  message: 'No task has this id.',
  hint: 'Query `unfinishedTasks` for the ids there are.',
});

function requireCount(taskIds: readonly TaskId[], limit: number): void {
  if (taskIds.length >= 1 && taskIds.length <= limit) return;
  throw new UserError(taskIds.length === 0 ? 'REQUIRED' : 'TOO_MANY', {
    field: 'taskIds',
    message: `The call names ${taskIds.length} tasks.`,
    hint: `Name 1 to ${limit} tasks a call.`,
    limit: `1–${limit}`,
  });
}
