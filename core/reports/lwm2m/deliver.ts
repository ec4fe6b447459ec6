import type { BatchPolicy } from '../../../schema/model/batch/batch';
import { currentRate, pushWindow } from '../../../schema/model/batch/push-rate';
import type { Gate } from '../../../schema/model/cell/gate';
import type { SignalSeen } from '../../../schema/model/cell/signal';
import { downloadMsOf } from '../../../schema/model/lwm2m/current-wait';
import { chosenDelivery, hasPullFailed } from '../../../schema/model/lwm2m/delivery';
import { MOST_DELIVERIES } from '../../../schema/model/lwm2m/judge-after';
import { type FirmwareSeen, resultOf } from '../../../schema/model/lwm2m/reading';
import { goesOnAlone } from '../../../schema/model/task/lwm2m';
import type { Task } from '../../../schema/model/task/task';
import type { Granted } from '../../downloads/download-token';
import { grantOf } from '../../downloads/grant';
import { limitsOf } from '../../tasks/lwm2m-limits';
import { transition } from '../../tasks/transition';
import { askOf, nextTalk } from './asks';
import type { Ask } from './contract';
import type { Lwm2mDeps } from './deps';
import { fail, lookLater } from './ends';
import { USUAL_LOOK_MINUTES } from './seen';
import { fileBytes, tellOverdue } from './silence';

/** So long a device that is ready waits for a send time of the rate; afterwards it is asked again in its turn. */
const SEND_TIME_MS = 10_000;

export interface Ready {
  firmware: FirmwareSeen;
  signal: SignalSeen | null;
  version: string | null;
}

/**
 * device-protocols §3.5-A and B: a device that has nothing of a package gets it, in the way that it, the batch and the installation have in
 * common. First a slot of its cell, then a unit of the rate; the store knows before the address leaves.
 */
export async function deliver(deps: Lwm2mDeps, task: Task, ask: Ask, { firmware, signal, version }: Ready): Promise<Ask | null> {
  const { policy } = await deps.facts(task.batchId);
  const chosen = chosenDelivery(firmware, {
    ...{ delivery: policy.delivery, schemes: policy.schemes },
    ...{ served: await servedTo(deps, task), pullFailed: hasPullFailed(task) },
  });
  if (chosen === null) return fail(deps, task, ask, 'UNSUPPORTED_PROTOCOL', textOf(firmware));
  const gate = goesOnAlone(task) ? 'NO_GATE' : (deps.cells?.gateOf(signal) ?? 'NO_GATE');
  if (gate === 'NO_CELL') return fail(deps, task, ask, 'WAITING_FOR_REPORT_CELLID_TIMEOUT', 'The device does not say which cell it is in.');
  if (gate !== 'NO_GATE' && !(await hasSlot(deps, task, gate))) return null;
  if (!(await hasTurn(deps, task, policy))) return null;
  const to = await addressOf(deps, task, chosen.scheme);
  const limits = limitsOf(deps.settings);
  const event = {
    kind: 'offering' as const,
    ...about(task),
    ...chosen,
    ...(gate !== 'NO_GATE' && gate),
    ...{ result: resultOf(firmware.result), version },
    ...{ waitMs: limits.startMinutes, lookMs: USUAL_LOOK_MINUTES * deps.settings.minuteMs },
  };
  const offering = await transition(deps.tasks, task, event, deps.clock());
  if (offering?.lwm2m == null) return null;
  const talk = nextTalk(ask, { deliveries: offering.lwm2m.deliveries });
  if (chosen.delivery === 'PULL') return askOf(deps.settings, offering, talk, { kind: 'offer', url: to.url });
  const size = await fileBytes(deps, task);
  return askOf(deps.settings, offering, talk, { kind: 'push', token: to.token, size }, downloadMsOf(limits, size));
}

/** Many clients list CoAPS whether they have a key or not; without one there is no session to download by. */
async function servedTo({ shortUrls, hasKey }: Lwm2mDeps, { deviceId }: Task): Promise<Lwm2mDeps['shortUrls']['schemes']> {
  const { schemes } = shortUrls;
  if (!schemes.includes('coaps') || hasKey === undefined || (await hasKey(deviceId))) return schemes;
  return schemes.filter((scheme) => scheme !== 'coaps');
}

export const about = ({ attempt, lwm2m }: Task) => ({ attempt, deliveries: lwm2m?.deliveries ?? 0 });

const textOf = ({ protocols, delivery }: FirmwareSeen): string =>
  `The device says protocols ${protocols?.join(', ') || 'none'} and delivery ${delivery ?? 'nothing'}.`;

/** R-FLOW-4. A slot that it has already, it has. */
async function hasSlot(deps: Lwm2mDeps, task: Task, gate: Gate): Promise<boolean> {
  const { cellSlotMinutes, ...others } = limitsOf(deps.settings);
  const now = deps.clock();
  // Its end is known otherwise: this is for one that nobody knows of any more.
  const usual = Object.values(others).reduce((sum, ms) => sum + ms, 0);
  const download = downloadMsOf(others, await fileBytes(deps, task));
  const until = new Date(now.getTime() + MOST_DELIVERIES * (usual + download));
  const waitingSince = task.lwm2m?.waitingSince ?? now;
  if (await deps.cells?.take({ ...gate, taskId: task._id, attempt: task.attempt, until, waitingSince })) return true;
  const waiting = await transition(deps.tasks, task, { kind: 'slotAwaited', ...about(task), ...gate, waitMs: cellSlotMinutes }, now);
  if (waiting !== null) await tellOverdue(deps, waiting);
  return false;
}

/**
 * A unit of the batch's rate, while it runs; a device that has lost what it had begun with goes on in a paused one, too. The batch may have
 * nothing left to push then, and this process may never have pushed for it. Where nothing is pushed there is no rate.
 */
async function hasTurn(deps: Lwm2mDeps, task: Task, { proactivePush }: Pick<BatchPolicy, 'proactivePush'>): Promise<boolean> {
  const begun = goesOnAlone(task);
  const elseMs = begun ? await paceOf(deps, task) : undefined;
  const turn = proactivePush === false || (await deps.pacers.takeOne(task.batchId, SEND_TIME_MS, elseMs));
  if (turn && (begun || (await deps.pushTerms(task.batchId)) !== null)) return true;
  if (begun) {
    await lookLater(deps, task);
    return false;
  }
  await deps.cells?.release(task._id, task.attempt);
  await transition(deps.tasks, task, { kind: 'postponed' }, deps.clock());
  deps.engine.wakeBatch(task.batchId);
  return false;
}

/** Of a rate that grows, where it begins. */
async function paceOf({ pushRate, settings: { minuteMs } }: Lwm2mDeps, { batchId }: Task): Promise<number | undefined> {
  const now = await pushRate(batchId);
  return now === null ? undefined : pushWindow(currentRate(now.rate, 0), minuteMs, minuteMs).intervalMs;
}

async function addressOf(deps: Lwm2mDeps, task: Task, scheme: Parameters<Lwm2mDeps['shortUrls']['mint']>[2] | null) {
  const generations = await deps.generationsOf?.(task.deviceId);
  const granted: Granted = { _id: task._id, attempt: task.attempt, grant: grantOf({ generations }) };
  if (scheme !== null) return { url: (await deps.shortUrls.mint(granted, 0, scheme)).url, token: '' };
  return { url: '', token: (await deps.tokens.issue(granted, 0)).token };
}
