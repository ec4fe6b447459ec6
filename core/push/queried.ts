import type { Task } from '../../schema/model/task/task';
import type { TaskEventOf } from '../../schema/model/task/task-event';
import type { TaskDeps } from '../tasks/deps';
import { lwm2mLimits } from '../tasks/lwm2m-limits';
import { repeatOf } from './renotify';

/** That a platform-led device is asked. How long its answer is awaited is the batch's to know where no workflow waits for it. */
export function queriedBy(deps: Pick<TaskDeps, 'settings'>, task: Task): TaskEventOf<'queried'> {
  const limits = lwm2mLimits(deps.settings, task);
  return { kind: 'queried', ...repeatOf(deps), ...(limits && { waitMs: limits.versionMinutes }) };
}
