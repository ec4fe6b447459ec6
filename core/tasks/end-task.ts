import type { Task } from '../../schema/model/task/task';
import type { TaskEventOf } from '../../schema/model/task/task-event';
import type { TaskDeps } from './deps';
import { tellEnded } from './tell-ended';
import { transition, transitionMany } from './transition';

type Deps = Pick<TaskDeps, 'tasks' | 'engine' | 'clock'>;
type End = TaskEventOf<'succeeded' | 'failed' | 'ineligible' | 'canceled' | 'overridden'>;

/**
 * Ends a task, tells its upgrade, and wakes its batch; that also when the store's answer was lost, since a repeat finds no task that it
 * could be about. Null when the event ends it no more.
 */
export async function endTask(deps: Deps, task: Task, end: End): Promise<Task | null> {
  const ended = await transition(deps.tasks, task, end, deps.clock()).finally(() => deps.engine.wakeBatch(task.batchId));
  if (ended !== null) await tellEnded(deps, [ended]);
  return ended;
}

/** Ends those that are still as they were read, and tells their upgrades. Whoever ends many wakes their batches, each once. */
export async function endTasks(deps: Deps, tasks: readonly Task[], end: End): Promise<Task[]> {
  const ended = await transitionMany(deps.tasks, tasks, end, deps.clock());
  await tellEnded(deps, ended);
  return ended;
}
