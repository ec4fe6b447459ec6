import type { Lwm2mStep } from '../../../schema/model/lwm2m/upgrade';
import type { Task } from '../../../schema/model/task/task';
import type { TaskEventOf } from '../../../schema/model/task/task-event';
import { transition } from '../../tasks/transition';
import { timeoutOf, upgradeInput } from '../../tasks/upgrade-input';
import { talkOf } from './asks';
import type { Ask } from './contract';
import type { Lwm2mDeps } from './deps';
import { tellOverdue } from './silence';

/** So long after the last that was heard of it, a device is looked at again, in minutes: notifications get lost (device-protocols §3.4). */
const LOOKS: Partial<Record<Lwm2mStep, number>> = { EXECUTE: 1, UPDATE: 1, CHECK: 1, DEFERRED: 15 };
export const USUAL_LOOK_MINUTES = 5;

type What = Omit<TaskEventOf<'seen'>, 'kind' | 'attempt' | 'deliveries' | 'lookMs' | 'timeoutMs'> & { lookMs?: number };

/** How a device stands that has accepted a package. Null: that was about an attempt, or a delivery, that is over. */
export async function see(deps: Lwm2mDeps, task: Task, ask: Pick<Ask, 'attempt' | 'talk'>, what: What): Promise<Task | null> {
  const { policy } = await deps.facts(task.batchId);
  const { minuteMs } = deps.settings;
  const minutes = timeoutOf(task, policy);
  const now = deps.clock();
  const timeoutMs = minutes === null ? null : minutes * minuteMs;
  // The engine before the store, as with every progress; without a time-out it has nothing to count.
  if (timeoutMs !== null && task.firstProgressAt === null && what.step !== 'START')
    await deps.engine.report(await upgradeInput(deps, task), { kind: 'progress', at: now.getTime() });
  const event = {
    ...{ kind: 'seen' as const, attempt: ask.attempt, deliveries: talkOf(ask as Ask).deliveries, timeoutMs },
    ...{ lookMs: (LOOKS[what.step] ?? USUAL_LOOK_MINUTES) * minuteMs, ...what },
  };
  const seen = await transition(deps.tasks, task, event, now);
  if (seen !== null) await tellOverdue(deps, seen);
  return seen;
}
