import type { Unanswered } from '../../../schema/model/lwm2m/reading';
import { goesOnAlone } from '../../../schema/model/task/lwm2m';
import { currentWait } from '../../../schema/model/task/negotiation';
import type { Task } from '../../../schema/model/task/task';
import { bytesOf } from '../../tasks/batch-facts';
import { limitsOf } from '../../tasks/lwm2m-limits';
import { transition } from '../../tasks/transition';
import { upgradeInput } from '../../tasks/upgrade-input';
import { talkOf } from './asks';
import type { Ask } from './contract';
import type { Lwm2mDeps } from './deps';

/** When one that did not answer is asked again, in minutes. One that sleeps, or has gone, is heard first. */
const AGAIN: Record<Unanswered, number | null> = { SILENT: 1, BUSY: 0.25, ASLEEP: null, GONE: null };

/** It has not answered: its task waits on, as long as it may. */
export async function unanswered(deps: Lwm2mDeps, task: Task, ask: Ask, why: Unanswered, step?: 'VERSION' | 'SIGNAL'): Promise<null> {
  const minutes = AGAIN[why];
  const { versionMinutes, signalMinutes } = limitsOf(deps.settings);
  const event = {
    kind: 'unanswered' as const,
    attempt: ask.attempt,
    deliveries: talkOf(ask).deliveries,
    ...(step && { step }),
    // Its version came first.
    ...(step === 'SIGNAL' && { waitMs: versionMinutes + signalMinutes }),
    sleeps: why !== 'BUSY',
    lookMs: minutes === null ? null : minutes * deps.settings.minuteMs,
  };
  const now = await transition(deps.tasks, task, event, deps.clock());
  if (now !== null) await tellOverdue(deps, now);
  return null;
}

/** Its wait may be over: who ends it is told, and need not find out by its own clock. */
export async function tellOverdue(deps: Lwm2mDeps, task: Task): Promise<void> {
  const now = deps.clock();
  if (!goesOnAlone(task)) {
    if (task.waitBy) deps.engine.wakeBatch(task.batchId, Math.max(0, task.waitBy.getTime() - now.getTime()));
    return;
  }
  const wait = currentWait(task, limitsOf(deps.settings), await fileBytes(deps, task));
  if (wait && wait.until <= now) await deps.engine.report(await upgradeInput(deps, task), { kind: 'check' });
}

export const fileBytes = async (deps: Lwm2mDeps, { batchId }: Task): Promise<number> => bytesOf(await deps.facts(batchId));
