import type { Lwm2mUpgrade } from '../../../schema/model/lwm2m/upgrade';
import type { Task } from '../../../schema/model/task/task';
import { askOf, nextTalk } from './asks';
import type { Answer, Ask } from './contract';
import { refused } from './delivered';
import type { Lwm2mDeps } from './deps';
import { fail } from './ends';
import { see } from './seen';
import { unanswered } from './silence';

/** device-protocols §3.11: the notification of state 2 may have overtaken the state itself; so long until the next try, in minutes. */
const TRIED_AGAIN_MINUTES = 1 / 12;
const MOST_REFUSALS = 3;

/** What a device says to the order to install. */
export async function executed(
  deps: Lwm2mDeps,
  task: Task,
  lwm2m: Lwm2mUpgrade,
  ask: Ask,
  { outcome }: Extract<Answer, { kind: 'executed' }>,
): Promise<Ask | null> {
  const isSilent = outcome !== 'ACCEPTED' && 'failed' in outcome && outcome.failed === 'SILENT';
  if (outcome === 'ACCEPTED' || isSilent) {
    // One that restarts at once does not answer: the order may have come.
    const step = lwm2m.step === 'EXECUTE' ? 'UPDATE' : lwm2m.step;
    await see(deps, task, ask, { step, state: null, result: null, executed: true });
    return null;
  }
  if ('failed' in outcome) return unanswered(deps, task, ask, outcome.failed);
  if (outcome.refused !== '4.05') return refused(deps, task, ask, outcome);
  if (lwm2m.refusals >= MOST_REFUSALS) return fail(deps, task, ask, 'DEVICE_REJECTED_REQUEST', '4.05');
  const lookMs = TRIED_AGAIN_MINUTES * deps.settings.minuteMs;
  await see(deps, task, ask, { step: lwm2m.step, state: null, result: null, refused: true, lookMs });
  return null;
}

/** What came of a reset: it begins anew, with a look. */
export async function resetDone(
  deps: Lwm2mDeps,
  task: Task,
  ask: Ask,
  { outcome }: Extract<Answer, { kind: 'reset' }>,
): Promise<Ask | null> {
  if (outcome === 'TOO_LATE') return fail(deps, task, ask, 'DEVICE_REJECTED_REQUEST', 'It installs something else.');
  if ('failed' in outcome) return unanswered(deps, task, ask, outcome.failed);
  if ('refused' in outcome) return refused(deps, task, ask, outcome);
  if (outcome.state !== 0)
    return fail(deps, task, ask, 'DEVICE_REJECTED_REQUEST', `Its state stays ${outcome.state ?? 'unreadable'} after a reset.`);
  const signal = deps.cells !== undefined && task.negotiation?.begunAt == null;
  return askOf(deps.settings, task, nextTalk(ask), { kind: 'look', version: true, firmware: true, signal });
}
