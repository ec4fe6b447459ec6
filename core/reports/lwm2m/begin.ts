import { DEFAULT_MODULE, type DeviceId } from '../../../schema/model/ids';
import { startsByAcceptance } from '../../../schema/model/protocol/dialect';
import { goesOnAlone, isOffering } from '../../../schema/model/task/lwm2m';
import type { Task } from '../../../schema/model/task/task';
import { queriedBy } from '../../push/queried';
import { endTask } from '../../tasks/end-task';
import { transition } from '../../tasks/transition';
import { askOf, newTalk } from './asks';
import type { Ask, LookReason } from './contract';
import type { Lwm2mDeps, Lwm2mReads } from './deps';
import { lookLater } from './ends';
import { beginReset } from './reset-due';

/** R-FLOW-3: what a device is asked first that was heard, is pushed, or whose time has come. */
export async function begin(deps: Lwm2mDeps, reads: Lwm2mReads, deviceId: DeviceId, reason: LookReason): Promise<Ask | null> {
  const concerning = (await reads.concerning(deviceId)).filter(startsByAcceptance);
  for (const task of concerning) {
    const ask = task.active ? await beginTask(deps, task, reason) : null;
    if (ask !== null) return ask;
  }
  for (const task of concerning) {
    const ask = task.active ? null : await beginReset(deps, concerning, task, reason);
    if (ask !== null) return ask;
  }
  return reason === 'REGISTERED' ? versionOnly(deps, reason) : null;
}

const versionOnly = (deps: Lwm2mDeps, reason: LookReason): Ask =>
  askOf(deps.settings, null, newTalk(reason), { kind: 'look', version: true, firmware: false, signal: false });

async function beginTask(deps: Lwm2mDeps, task: Task, reason: LookReason): Promise<Ask | null> {
  const now = deps.clock();
  if (goesOnAlone(task)) return isToBeLookedAt(task, reason, now) ? lookAt(deps, task, reason, false) : null;
  if (!isToBeAsked(task, reason, now)) return null;
  const { policy, package: firmware } = await deps.facts(task.batchId);
  const isAsking = task.negotiation?.queriedAt != null;
  const hasToRegister = policy.proactivePush === false && reason !== 'REGISTERED' && !isAsking;
  if (hasToRegister || (await deps.pushTerms(task.batchId)) === null) {
    // The clock of its gateway need not come back at once.
    if (reason === 'DUE') await lookLater(deps, task);
    return null;
  }
  const unsupported = unsupportedBecause(task, firmware.files.length, policy.downloadProtocol);
  if (unsupported !== null) {
    await endTask(deps, task, { kind: 'failed', cause: 'UNSUPPORTED_PACKAGE_TYPE', text: unsupported });
    return null;
  }
  const asked = isAsking && task.lwm2m ? task : await transition(deps.tasks, task, queriedBy(deps, task), now);
  return asked && lookAt(deps, asked, reason, deps.cells !== undefined);
}

/** Of a device that has accepted a package. */
function isToBeLookedAt({ look, lwm2m }: Task, reason: LookReason, now: Date): boolean {
  const isDue = !look || look.at <= now;
  if (reason === 'DUE') return isDue;
  // One that was silent, or slept, has been heard.
  return reason !== 'HEARD' || isDue || lwm2m?.asleepSince != null;
}

/** Of one that has accepted nothing in this attempt. */
function isToBeAsked(task: Task, reason: LookReason, now: Date): boolean {
  const { status, retryAt, negotiation, lwm2m, look, offerAt } = task;
  if (status === 'UNCONFIRMED' || !negotiation || (retryAt !== null && retryAt > now)) return false;
  if (reason === 'DUE') return look != null && look.at <= now;
  // Its batch asks again and again; what is on its way is looked at when it is due.
  if (reason === 'PUSHED' && isOffering(task) && look && look.at > now) return false;
  if (reason !== 'HEARD' || !lwm2m) return true;
  // One that was called and has not come is there after all.
  if (lwm2m.step === 'CELL_SLOT') return lwm2m.calledAt !== undefined || (look != null && look.at <= now);
  // It has answered already, and its batch asks it again in its turn.
  return negotiation.queriedAt !== null || offerAt === null || offerAt > now;
}

const lookAt = (deps: Lwm2mDeps, task: Task, reason: LookReason, signal: boolean): Ask =>
  askOf(deps.settings, task, newTalk(reason, task.lwm2m?.deliveries ?? 0), { kind: 'look', version: true, firmware: true, signal });

/** Selections leave these devices out; null: it can be brought to them. */
function unsupportedBecause({ module }: Task, files: number, protocol: string | undefined): string | null {
  if (files > 1) return 'The package has several files; devices of this dialect take one.';
  if (module !== DEFAULT_MODULE) return `Devices of this dialect have the module ${DEFAULT_MODULE} only.`;
  return protocol === 'MQTT' ? 'The batch downloads over MQTT, which devices of this dialect do not speak.' : null;
}
