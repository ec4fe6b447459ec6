import type { FailureCause } from '../../../schema/model/task/failure-causes';
import { goesOnAlone } from '../../../schema/model/task/lwm2m';
import type { Task } from '../../../schema/model/task/task';
import { endTask } from '../../tasks/end-task';
import { nextAttemptAt } from '../../tasks/next-attempt';
import { tellEnded } from '../../tasks/tell-ended';
import { transition } from '../../tasks/transition';
import { wakeForRetry } from '../../tasks/upgrade-tasks';
import { onFailure } from '../report';
import { askOf, nextTalk, talkOf } from './asks';
import type { Ask } from './contract';
import type { Lwm2mDeps } from './deps';

/** What a device says of its version is kept, and decides about other things than the task. */
export async function keepVersion(
  deps: Lwm2mDeps,
  { deviceId, module, moduleName }: Pick<Task, 'deviceId' | 'module' | 'moduleName'>,
  version: string,
) {
  await deps.reportVersion(deviceId, { module: moduleName ?? module, version });
}

/** R-TASK-3: it runs the target. */
export async function succeed(deps: Lwm2mDeps, task: Task, ask: Ask): Promise<Ask | null> {
  await keepVersion(deps, task, task.targetVersion);
  await endTask(deps, task, { kind: 'succeeded' });
  return released(deps, task, ask);
}

/**
 * The attempt has failed. Of one that has accepted a package, the workflow decides what follows; before, there is none, and the task waits
 * for its next attempt as a document.
 */
export async function fail(deps: Lwm2mDeps, task: Task, ask: Ask, cause: FailureCause, text: string | null): Promise<Ask | null> {
  if (goesOnAlone(task)) {
    await onFailure(deps, task, { kind: 'failed', module: task.module, cause, text });
    await lookLater(deps, task);
    return released(deps, task, ask);
  }
  const now = deps.clock();
  const retryAt = await nextAttemptAt(deps, task, cause, now);
  const failed = await transition(deps.tasks, task, { kind: 'attemptFailed', attempt: task.attempt, cause, text, retryAt }, now);
  wakeForRetry(deps, task._id, retryAt?.getTime() ?? null, now);
  if (failed && !failed.active) await tellEnded(deps, [failed]);
  return null;
}

/** Until the workflow has decided, its clock need not come back at once. */
export async function lookLater(deps: Lwm2mDeps, task: Task): Promise<void> {
  const { attempt, lwm2m } = task;
  const event = { kind: 'unanswered' as const, attempt, deliveries: lwm2m?.deliveries ?? 0, sleeps: false, lookMs: deps.settings.minuteMs };
  await transition(deps.tasks, task, event, deps.clock());
}

/** A new registration has ended the observations already. */
const released = (deps: Lwm2mDeps, task: Task, ask: Ask): Ask | null =>
  goesOnAlone(task) && talkOf(ask).reason !== 'REGISTERED' ? askOf(deps.settings, task, nextTalk(ask), { kind: 'release' }) : null;
