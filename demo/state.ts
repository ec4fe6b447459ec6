import type { BatchStatus } from '../schema/model/batch/batch';
import { DIALECTS, type Dialect } from '../schema/model/protocol/dialect';
import { isActive } from '../schema/model/task/task';
import type { WaitingFor } from '../schema/model/task/waiting-for';
import type { CountsView, ProgressView, TaskView } from './views';

export interface DemoEvent {
  /** Epoch milliseconds. */
  at: number;
  kind: 'good' | 'bad' | 'plain';
  text: string;
}

/** All the picture is made of. */
export interface DemoState {
  /** What is brought: file and version. */
  firmware: string;
  devices: number;
  /** By device name, of those in the fleet. */
  dialects: ReadonlyMap<string, Dialect>;
  /** Epoch milliseconds. */
  startedAt: number;
  batchStatus: BatchStatus;
  statusReason: string | null;
  counts: CountsView;
  rate: { asked: number; reached: number };
  tasks: Map<string, TaskView>;
  /** The last few, oldest first. */
  events: DemoEvent[];
}

const EVENTS_KEPT = 20;
const NO_COUNTS: CountsView = {
  total: 0,
  unconfirmed: 0,
  queued: 0,
  notified: 0,
  inProgress: 0,
  succeeded: 0,
  failed: 0,
  canceled: 0,
  failing: 0,
  regressed: 0,
};

export function newState(
  firmware: string,
  fleet: readonly { deviceName: string; dialect: Dialect }[],
  asked: number,
  startedAt: number,
): DemoState {
  const rate = { asked, reached: 0 };
  return {
    firmware,
    devices: fleet.length,
    dialects: new Map(fleet.map(({ deviceName, dialect }) => [deviceName, dialect])),
    startedAt,
    batchStatus: 'STARTING',
    statusReason: null,
    counts: NO_COUNTS,
    rate,
    tasks: new Map(),
    events: [],
  };
}

export function tell(state: DemoState, event: DemoEvent): void {
  state.events.push(event);
  if (state.events.length > EVENTS_KEPT) state.events.shift();
}

export function applyProgress(state: DemoState, { batch, counts, rate }: ProgressView): void {
  state.batchStatus = batch.status;
  state.statusReason = batch.statusReason;
  state.counts = counts;
  state.rate = rate;
}

/** Takes a task as it is now; one that is older than what is known already, from a query that was overtaken, changes nothing. */
export function applyTask(state: DemoState, task: TaskView, now: number): void {
  const known = state.tasks.get(task.deviceName);
  if (known && known.updatedAt > task.updatedAt) return;
  state.tasks.set(task.deviceName, task);
  const event = eventOf(known, task);
  if (event) tell(state, { at: now, ...event });
}

/** Ordinary successes are not told: their bar grows. */
function eventOf(known: TaskView | undefined, task: TaskView): Pick<DemoEvent, 'kind' | 'text'> | null {
  const { deviceName, status, attempt } = task;
  const was = known?.status;
  if (status === 'FAILED' && was !== 'FAILED')
    return { kind: 'bad', text: `${deviceName} failed: ${task.cause?.code ?? 'no cause given'}` };
  if (status === 'SUCCEEDED' && was !== 'SUCCEEDED') {
    return attempt > 1 ? { kind: 'good', text: `${deviceName} succeeded at attempt ${attempt}` } : null;
  }
  if (known && attempt > known.attempt) {
    return { kind: 'bad', text: `${deviceName} attempt ${known.attempt} failed: ${task.attempts.at(-1)?.cause.code ?? ''}` };
  }
  return null;
}

export const allEnded = ({ tasks, devices }: DemoState): boolean =>
  tasks.size >= devices && [...tasks.values()].every(({ status }) => !isActive(status));

/** The task that has stood still longest. */
export function oldestWaiting({ tasks }: DemoState): TaskView | null {
  let oldest: TaskView | null = null;
  for (const task of tasks.values()) {
    if (isActive(task.status) && (oldest === null || task.updatedAt < oldest.updatedAt)) oldest = task;
  }
  return oldest;
}

export interface WaitingCount {
  reason: WaitingFor;
  devices: number;
}

/** What tasks wait for that have not begun, the most frequent first: a device at work may be off-line while it restarts. */
export function countsByWait({ tasks }: DemoState): WaitingCount[] {
  const counts = new Map<WaitingFor, number>();
  for (const { status, waitingFor } of tasks.values())
    if (status === 'QUEUED' && waitingFor) counts.set(waitingFor, (counts.get(waitingFor) ?? 0) + 1);
  return [...counts]
    .map(([reason, devices]) => ({ reason, devices }))
    .sort((a, b) => b.devices - a.devices || a.reason.localeCompare(b.reason));
}

export interface DialectCount {
  dialect: Dialect;
  devices: number;
  /** Devices whose tasks are over. */
  ended: number;
}

/** Only the dialects that occur. */
export function countsByDialect({ dialects, tasks }: DemoState): DialectCount[] {
  const counts = DIALECTS.map((dialect): DialectCount => ({ dialect, devices: 0, ended: 0 }));
  for (const [deviceName, dialect] of dialects) {
    const count = counts[DIALECTS.indexOf(dialect)];
    const task = tasks.get(deviceName);
    if (count) count.devices += 1;
    if (count && task && !isActive(task.status)) count.ended += 1;
  }
  return counts.filter(({ devices }) => devices > 0);
}

export interface CauseCount {
  code: string;
  /** Tasks that ended so. */
  failed: number;
  /** Attempts that ended so and were followed by another. */
  retried: number;
}

/** Most frequent first. */
export function failuresByCause({ tasks }: DemoState): CauseCount[] {
  const causes = new Map<string, CauseCount>();
  const of = (code: string): CauseCount => {
    const count = causes.get(code) ?? { code, failed: 0, retried: 0 };
    causes.set(code, count);
    return count;
  };
  for (const { status, cause, attempt, attempts } of tasks.values()) {
    if (status === 'FAILED' && cause) of(cause.code).failed += 1;
    for (const one of attempts) if (one.number < attempt) of(one.cause.code).retried += 1;
  }
  return [...causes.values()].sort((a, b) => b.failed - a.failed || b.retried - a.retried || a.code.localeCompare(b.code));
}
