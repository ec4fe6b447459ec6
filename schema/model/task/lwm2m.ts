import type { CellLevel } from '../cell/level';
import { resultBeforeAfter } from '../lwm2m/judge-after';
import { atStep, awoken, type Delivery, fallenAsleep, type Look, type Lwm2mStep, type Lwm2mUpgrade, newUpgrade } from '../lwm2m/upgrade';
import { startsByAcceptance } from '../protocol/dialect';
import type { DownloadScheme } from '../protocol/download-scheme';
import { later } from './later';
import type { Task } from './task';
import { moved, quiet, type TaskChange } from './task-change';

/** Which attempt it is about, and how often something had been delivered in it: what is told of an earlier delivery changes nothing. */
interface About {
  attempt: number;
  deliveries: number;
}

/** R-FLOW-3: what happens to tasks for LwM2M devices only. `lookMs`: the device is looked at again after so long; null: it is heard first. */
export type Lwm2mEvent =
  /** It has to wait for a slot of its cell. */
  | (About & { kind: 'slotAwaited'; cell: string; level: CellLevel; waitMs: number })
  /** A package is about to be delivered to it, which has nothing: from now on it may fetch the file. */
  | (About & {
      kind: 'offering';
      delivery: Delivery;
      scheme: DownloadScheme | null;
      cell?: string;
      level?: CellLevel;
      result: number | null;
      version: string | null;
      waitMs: number;
      lookMs: number;
    })
  /** It has accepted the address, or the first block. */
  | (About & { kind: 'accepted'; lookMs: number })
  /** It was looked at, or has told it; `step` is where it stands by that. */
  | (About & Seen & { kind: 'seen'; step: Lwm2mStep; lookMs: number; timeoutMs: number | null })
  /** It did not answer. `sleeps`: nor does it listen. `waitMs`: from the question on, what it was asked for at `step` is awaited so long. */
  | (About & { kind: 'unanswered'; step?: 'VERSION' | 'SIGNAL'; waitMs?: number; sleeps: boolean; lookMs: number | null })
  /** Of a task that has ended: its device is to be reset later; null: no more. */
  | { kind: 'resetDue'; lookMs: number | null };

interface Seen {
  /** Null: not read. */
  state: number | null;
  result: number | null;
  deferSeconds?: number | null;
  /** The whole file was pushed. */
  pushed?: boolean;
  /** It installs, or was told to. */
  executed?: boolean;
  /** It has refused to. */
  refused?: boolean;
}

type EventOf<K extends Lwm2mEvent['kind']> = Extract<Lwm2mEvent, { kind: K }>;
type Change = Partial<Pick<Task, 'lwm2m' | 'look' | 'waitBy'>>;

/** Its device goes on by itself, and is looked at by the clock of its gateway: its batch has nothing to push. */
export const goesOnAlone = ({ dialect, negotiation }: Pick<Task, 'dialect' | 'negotiation'>): boolean =>
  startsByAcceptance({ dialect }) && negotiation?.begunAt != null;

/** A package is on its way to it, and it has not said whether it takes it. */
export const isOffering = ({ lwm2m, negotiation }: Pick<Task, 'lwm2m' | 'negotiation'>): boolean =>
  lwm2m?.step === 'START' && negotiation?.queriedAt != null && negotiation.begunAt === null;

export function lwm2mChange(task: Task, event: Exclude<Lwm2mEvent, { kind: 'resetDue' }>, now: Date): TaskChange | null {
  const { lwm2m, negotiation } = task;
  if (!lwm2m || !negotiation || task.status === 'UNCONFIRMED') return null;
  if (event.attempt !== task.attempt || event.deliveries !== lwm2m.deliveries) return null;
  switch (event.kind) {
    case 'slotAwaited':
      return slotAwaited(task, lwm2m, event, now);
    case 'offering':
      return offering(task, lwm2m, event, now);
    case 'accepted':
      return accepted(task, lwm2m, event, now);
    case 'seen':
      return negotiation.begunAt === null ? null : seen(task, lwm2m, event, now);
    case 'unanswered':
      return quiet({ lwm2m: silent(task, lwm2m, event, now), ...awaited(task, event), look: lookAfter(task, event.lookMs, now) }, now);
  }
}

const lookAfter = ({ gatewayId }: Task, lookMs: number | null, now: Date): Look | null =>
  lookMs === null ? null : { gatewayId, at: later(now, lookMs) };

/** Its device was asked. What is known of this attempt stays; who waits for a slot goes on waiting. */
export function asked(task: Task, waitMs: number | undefined, now: Date): Change {
  if (!startsByAcceptance(task) || waitMs === undefined) return {};
  const lwm2m = task.lwm2m ?? newUpgrade(now);
  // Its gateway may lose what it was at; the question is asked again while the answer is awaited.
  const look = lookAfter(task, waitMs / 3, now);
  if (lwm2m.step === 'CELL_SLOT') return { look };
  const waitBy = (task.negotiation?.queriedAt && task.waitBy) || later(now, waitMs);
  return { lwm2m: atStep(lwm2m, 'VERSION', now), waitBy, look };
}

/** Nothing is asked of it any more; its place among those that wait for a slot stays. */
export const unasked = ({ waitBy, lwm2m, look }: Task): Change => ({
  ...(waitBy && lwm2m?.step !== 'CELL_SLOT' && { waitBy: null }),
  ...(look && { look: null }),
});

function slotAwaited(task: Task, lwm2m: Lwm2mUpgrade, { cell, level, waitMs }: EventOf<'slotAwaited'>, now: Date): TaskChange | null {
  if (task.negotiation?.begunAt) return null;
  const waitingSince = lwm2m.waitingSince ?? now;
  const negotiation = task.negotiation && { ...task.negotiation, queriedAt: null };
  return quiet(
    {
      lwm2m: { ...atStep(lwm2m, 'CELL_SLOT', now), cell, level, waitingSince },
      waitBy: later(waitingSince, waitMs),
      ...{ negotiation, offerAt: null, look: null },
    },
    now,
  );
}

function offering(task: Task, lwm2m: Lwm2mUpgrade, event: EventOf<'offering'>, now: Date): TaskChange {
  const { delivery, scheme, cell = lwm2m.cell, level = lwm2m.level, result, version, waitMs, lookMs } = event;
  const begun = task.negotiation?.begunAt != null;
  return quiet(
    {
      lwm2m: {
        ...awoken(newUpgrade(now), now),
        ...{ step: 'START', state: 0, result, resultBefore: result, delivery, scheme, cell, level },
        deliveries: lwm2m.deliveries + 1,
      },
      waitBy: begun ? null : later(now, waitMs),
      look: lookAfter(task, lookMs, now),
      ...(task.negotiation && { negotiation: { ...task.negotiation, openedAt: null } }),
      ...(!begun && version !== null && { sourceVersion: version }),
    },
    now,
  );
}

function accepted(task: Task, lwm2m: Lwm2mUpgrade, { lookMs }: EventOf<'accepted'>, now: Date): TaskChange | null {
  const { negotiation } = task;
  if (!negotiation || lwm2m.step !== 'START') return null;
  const set: TaskChange['set'] = {
    lwm2m: { ...lwm2m, since: now },
    look: lookAfter(task, lookMs, now),
    notifications: task.notifications + 1,
    ...{ offerAt: null, waitBy: null },
  };
  if (negotiation.begunAt !== null) return quiet(set, now);
  Object.assign(set, {
    notifiedAt: now,
    firstNotifiedAt: task.firstNotifiedAt ?? now,
    retryAt: null,
    ...(task.settledAt && { settledAt: null }),
    ...(task.onlineBy && { onlineBy: null }),
    negotiation: { ...negotiation, queriedAt: null, begunAt: now },
  });
  return moved(task, task.status === 'QUEUED' ? 'NOTIFIED' : task.status, set, now);
}

function seen(task: Task, before: Lwm2mUpgrade, event: EventOf<'seen'>, now: Date): TaskChange {
  const { step, state, result, executed = false, refused = false, deferSeconds, pushed = false, lookMs, timeoutMs } = event;
  const executedAt = before.executedAt ?? (executed ? now : null);
  // The result is awaited from the order to install on.
  const at = atStep(awoken(before, now), step, (step === 'RESULT' && executedAt) || now);
  const isOrdered = executed && before.executedAt === null && state === null;
  const lwm2m: Lwm2mUpgrade = {
    ...at,
    state: state ?? before.state,
    result: result ?? before.result,
    // What it says after the order is about the order, but for what it has said before.
    resultBefore: isOrdered ? before.result : resultBeforeAfter(before, state, result),
    executedAt,
    refusals: refused ? before.refusals + 1 : state === null || state === before.state ? before.refusals : 0,
    pushedAt: before.pushedAt ?? (pushed ? now : null),
    ...(deferSeconds !== undefined && { deferSeconds }),
  };
  const set: TaskChange['set'] = { lwm2m, look: lookAfter(task, lookMs, now) };
  if (step === 'START') return quiet(set, now);
  return atWork(task, set, timeoutMs, now);
}

/** R-TASK-4: its time-out runs from now, if it is the first that is heard of its work. */
function atWork(task: Task, set: TaskChange['set'], timeoutMs: number | null, now: Date): TaskChange {
  const firstProgressAt = task.firstProgressAt ?? now;
  Object.assign(set, { reacted: true, firstProgressAt, deadlineAt: timeoutMs === null ? null : later(firstProgressAt, timeoutMs) });
  return task.status === 'NOTIFIED' ? moved(task, 'IN_PROGRESS', set, now) : quiet(set, now);
}

/** Before it has accepted anything, what is not answered is asked again as a whole. */
function silent({ negotiation }: Task, lwm2m: Lwm2mUpgrade, { step = 'VERSION', sleeps }: EventOf<'unanswered'>, now: Date): Lwm2mUpgrade {
  const at = negotiation?.begunAt || lwm2m.step === 'CELL_SLOT' ? lwm2m : atStep(lwm2m, step, now);
  return sleeps ? fallenAsleep(at, now) : at;
}

function awaited({ negotiation, waitBy, lwm2m }: Task, { waitMs }: EventOf<'unanswered'>): Change {
  const { queriedAt = null, begunAt = null } = negotiation ?? {};
  const isAwaited = waitMs !== undefined && queriedAt && begunAt === null && waitBy && lwm2m?.step !== 'CELL_SLOT';
  return isAwaited ? { waitBy: later(queriedAt, waitMs) } : {};
}

/** It fetches the file: what it says of a result is about this one. */
export function fetches({ lwm2m }: Task, now: Date): Change {
  if (lwm2m?.step !== 'START') return {};
  return { lwm2m: { ...atStep(awoken(lwm2m, now), 'DOWNLOAD', now), state: 1, resultBefore: null } };
}

/** Of a device that is there again. It needs no push at `offerAt` if it goes on by itself, or is being asked already. */
export function isBack(task: Task, gatewayId: string, offerAt: Date | null, now: Date): Change & Pick<Task, 'offerAt'> {
  const { lwm2m, look, negotiation } = task;
  return {
    offerAt: goesOnAlone(task) ? null : negotiation?.queriedAt ? task.offerAt : offerAt,
    ...(lwm2m && { lwm2m: awoken(lwm2m, now) }),
    ...(look && { look: { ...look, gatewayId } }),
  };
}

/** Of one that has gone: nobody looks at it before it is heard. */
export function isAway({ lwm2m, look, ...task }: Task, now: Date): Change {
  return {
    ...unasked({ lwm2m, ...task }),
    ...(lwm2m && { lwm2m: fallenAsleep(lwm2m, now) }),
    ...(look && { look: { ...look, gatewayId: null } }),
  };
}

/** Of an ended task. */
export const resetLater = (task: Task, { lookMs }: EventOf<'resetDue'>, now: Date): TaskChange | null =>
  task.look && !task.active ? quiet({ look: lookMs === null ? null : { ...task.look, at: later(now, lookMs) } }, now) : null;
