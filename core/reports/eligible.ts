import { acceptsSource } from '../../schema/model/package/package-rules';
import type { Task } from '../../schema/model/task/task';
import type { TaskDeps } from '../tasks/deps';
import { endTask } from '../tasks/end-task';

/**
 * R-PKG-6, R-BAT-5: whether a task may upgrade its device from the version. The batch is asked only about one that it did not select the
 * device with, and as it is now: of a dynamic batch the versions are edited, and what it has taken keeps its task (R-BAT-16).
 */
export async function isEligible(deps: TaskDeps, task: Task, version: string): Promise<boolean> {
  const { package: firmware } = await deps.facts(task.batchId);
  if (!acceptsSource(firmware, version)) return false;
  if (version === task.sourceVersion) return true;
  return acceptsSource({ sourceVersions: (await deps.sourcesOf?.(task.batchId)) ?? [] }, version);
}

/** R-TASK-5: no retry helps. Null when the task was pushed meanwhile, or has ended. */
export const endIneligible = (deps: TaskDeps, task: Task, version: string): Promise<Task | null> =>
  endTask(deps, task, { kind: 'ineligible', version });
