import { causeOfRefusal, mayFailByOldResult } from '../../../schema/model/lwm2m/judge-after';
import { newUpgrade } from '../../../schema/model/lwm2m/upgrade';
import { goesOnAlone } from '../../../schema/model/task/lwm2m';
import type { Task } from '../../../schema/model/task/task';
import { transition } from '../../tasks/transition';
import { upgradeInput } from '../../tasks/upgrade-input';
import { endIfEnded } from '../report';
import { askOf, nextTalk, talkOf } from './asks';
import type { Answer, Ask, Refused } from './contract';
import type { Lwm2mDeps } from './deps';
import { fail } from './ends';
import { see, USUAL_LOOK_MINUTES } from './seen';
import { unanswered } from './silence';

/**
 * The device has accepted the address, or the first block. The engine first: once the store says so, nobody would start the workflow.
 * Null: that was about an attempt, or a delivery, that is over.
 */
export async function accept(deps: Lwm2mDeps, task: Task, ask: Ask): Promise<Task | null> {
  const { attempt } = ask;
  if (!task.active || task.attempt !== attempt || task.lwm2m?.deliveries !== talkOf(ask).deliveries) return null;
  const starts = !goesOnAlone(task);
  if (starts) await deps.engine.report(await upgradeInput(deps, task), { kind: 'check', attempt });
  const event = {
    kind: 'accepted' as const,
    attempt,
    deliveries: talkOf(ask).deliveries,
    lookMs: USUAL_LOOK_MINUTES * deps.settings.minuteMs,
  };
  const accepted = await transition(deps.tasks, task, event, deps.clock());
  if (accepted !== null) return accepted;
  if (starts) await endIfEnded(deps, task);
  return overtaken(deps, task, ask);
}

/** What the device tells may come before what it answers: then it is known to be at work already. */
async function overtaken({ tasks }: Lwm2mDeps, { _id }: Task, ask: Ask): Promise<Task | null> {
  const task = await tasks.get(_id);
  const isSame = task?.active && task.attempt === ask.attempt && task.lwm2m?.deliveries === talkOf(ask).deliveries;
  return isSame && goesOnAlone(task) ? task : null;
}

export async function offered(
  deps: Lwm2mDeps,
  task: Task,
  ask: Ask,
  { outcome }: Extract<Answer, { kind: 'offered' }>,
): Promise<Ask | null> {
  if (outcome === 'ACCEPTED') {
    const accepted = await accept(deps, task, ask);
    // Should it fail as before, that is known for a new failure only if the old one was seen to go.
    const isAmbiguous = accepted?.lwm2m != null && mayFailByOldResult(accepted.lwm2m);
    return isAmbiguous
      ? askOf(deps.settings, accepted, nextTalk(ask), { kind: 'look', version: false, firmware: true, signal: false })
      : null;
  }
  if ('failed' in outcome) return notDelivered(deps, task, ask, outcome.failed);
  return refused(deps, task, ask, outcome, 'ADDRESS');
}

export async function pushed(deps: Lwm2mDeps, task: Task, ask: Ask, { outcome }: Extract<Answer, { kind: 'pushed' }>): Promise<Ask | null> {
  switch (outcome) {
    case 'STOPPED':
      return null;
    case 'NO_ROOM':
      return fail(deps, task, ask, 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE', '4.13');
    case 'INCOMPLETE':
      return fail(deps, task, ask, 'CONNECTION_LOST_DURING_DOWNLOADING_PROCESS', 'It said twice that blocks are missing.');
    case 'COMPLETE': {
      const begun = goesOnAlone(task) ? task : await accept(deps, task, ask);
      const seen = begun && (await see(deps, begun, ask, { step: 'DOWNLOAD', state: null, result: null, pushed: true }));
      return seen && askOf(deps.settings, seen, nextTalk(ask), { kind: 'look', version: true, firmware: true, signal: false });
    }
    default:
      return 'failed' in outcome ? notDelivered(deps, task, ask, outcome.failed) : refused(deps, task, ask, outcome);
  }
}

/** Its slot is for others meanwhile; one that was at work keeps it. */
async function notDelivered(deps: Lwm2mDeps, task: Task, ask: Ask, why: Parameters<typeof unanswered>[3]): Promise<null> {
  await unanswered(deps, task, ask, why);
  if (!goesOnAlone(task)) await deps.cells?.release(task._id, task.attempt);
  return null;
}

export function refused(
  deps: Lwm2mDeps,
  task: Task,
  ask: Ask,
  { refused: code, text, result }: Refused,
  what: 'ADDRESS' | 'OTHER' = 'OTHER',
): Promise<Ask | null> {
  const cause = causeOfRefusal(task.lwm2m ?? newUpgrade(deps.clock()), result, what);
  return fail(deps, task, ask, cause, [code, text].filter(Boolean).join(' '));
}
