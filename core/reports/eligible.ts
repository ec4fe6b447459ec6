import { acceptsSource } from '../../schema/model/package/package-rules';
import type { Task } from '../../schema/model/task/task';
import type { TaskDeps } from '../tasks/deps';
import { tellEnded } from '../tasks/tell-ended';
import { transition } from '../tasks/transition';

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
export async function endIneligible(deps: TaskDeps, task: Task, version: string): Promise<Task | null> {
  // Also when the answer was lost: a repeat finds no task that it could be about.
  const ended = await transition(deps.tasks, task, { kind: 'ineligible', version }, deps.clock()).finally(() =>
    deps.engine.wakeBatch(task.batchId),
  );
  if (ended !== null) await tellEnded(deps, [ended]);
  return ended;
}
