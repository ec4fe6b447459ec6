import { STATE, stateOf, type Unanswered, valueRead } from '../../../schema/model/lwm2m/reading';
import { isDelivering } from '../../../schema/model/lwm2m/upgrade';
import type { Task } from '../../../schema/model/task/task';
import { transition } from '../../tasks/transition';
import { askOf, newTalk, nextTalk } from './asks';
import type { Answer, Ask, LookReason } from './contract';
import type { Lwm2mDeps } from './deps';

/** A device that does not come back for so long keeps what it has. */
const GIVEN_UP_MINUTES = 24 * 60;
const AGAIN_MINUTES = 5;

/** device-protocols §3.5-E: a task has ended and left a package on its device, or an address. Looked at first: to some, a reset in Idle is an order. */
export async function beginReset(deps: Lwm2mDeps, concerning: readonly Task[], task: Task, reason: LookReason): Promise<Ask | null> {
  const now = deps.clock();
  if (!task.look || (reason === 'DUE' && task.look.at > now)) return null;
  if (concerning.some(isOthers)) return forget(deps, task);
  if (task.endedAt === null || now.getTime() - task.endedAt.getTime() > GIVEN_UP_MINUTES * deps.settings.minuteMs)
    return forget(deps, task);
  return askOf(deps.settings, task, newTalk(reason), { kind: 'look', version: reason === 'REGISTERED', firmware: true, signal: false });
}

/** What the device of an ended task has answered. */
export async function resetAnswered(
  deps: Lwm2mDeps,
  concerning: readonly Task[],
  task: Task,
  ask: Ask,
  answer: Answer,
): Promise<Ask | null> {
  if (answer.kind === 'looked') {
    const { firmware } = answer;
    if (firmware !== null && 'failed' in firmware) return again(deps, task, firmware.failed);
    const state = stateOf(valueRead(firmware)?.state);
    const isLeft = state === STATE.DOWNLOADING || state === STATE.DOWNLOADED;
    return isLeft && task.look && !concerning.some(isOthers)
      ? askOf(deps.settings, task, nextTalk(ask), { kind: 'reset' })
      : forget(deps, task);
  }
  if (answer.kind !== 'reset') return null;
  const { outcome } = answer;
  return outcome !== 'TOO_LATE' && 'failed' in outcome ? again(deps, task, outcome.failed) : forget(deps, task);
}

/** The device is idle: there is nothing left of tasks that have ended. */
export async function forgetResets(deps: Lwm2mDeps, concerning: readonly Task[]): Promise<void> {
  for (const task of concerning) if (!task.active && task.look) await forget(deps, task);
}

/** What is on the device may be of another task by now, which resets it by itself. */
const isOthers = ({ active, lwm2m }: Task): boolean => active && lwm2m != null && isDelivering(lwm2m);

/** One that sleeps, or has gone, is heard first, or given up. */
async function again(deps: Lwm2mDeps, task: Task, why: Unanswered): Promise<null> {
  const minutes = why === 'SILENT' || why === 'BUSY' ? AGAIN_MINUTES : GIVEN_UP_MINUTES;
  await transition(deps.tasks, task, { kind: 'resetDue', lookMs: minutes * deps.settings.minuteMs }, deps.clock());
  return null;
}

async function forget(deps: Lwm2mDeps, task: Task): Promise<null> {
  await transition(deps.tasks, task, { kind: 'resetDue', lookMs: null }, deps.clock());
  return null;
}
