import type { TaskId } from '../../schema/model/ids';
import { FIXED_LIMITS } from '../../schema/model/limits';
import { isPlatformLed } from '../../schema/model/protocol/dialect';
import { hasDownloaded, hasRestartedForAnother, isSaidByParent } from '../../schema/model/task/repeated';
import type { Task } from '../../schema/model/task/task';
import type { TaskDeps } from '../tasks/deps';
import { endTask } from '../tasks/end-task';
import { transition } from '../tasks/transition';
import { upgradeInput } from '../tasks/upgrade-input';
import type { DeviceReport, Late } from './contract';
import { endIneligible, isEligible } from './eligible';

/** Of a device's tasks so many are looked through, newest first, for what an odd report may be about: those that run and those that ended lately. */
export const LATEST = 20;

/** Progress of a task that awaits its device: the percent goes to the store; the first of the task also starts the upgrade workflow, and with it the time-out. */
export async function onProgress(deps: TaskDeps, task: Task, { percent, late }: { percent: number } & Late): Promise<void> {
  const now = deps.clock();
  const input = await upgradeInput(deps, task);
  const { timeoutMinutes, minuteMs } = input;
  const timeoutMs = timeoutMinutes === null ? null : timeoutMinutes * minuteMs;
  // The engine before the store: once the store says that progress began, a repeat of this report would start nothing.
  // A platform-led upgrade runs already, and wants to know only what its time-out runs from.
  const tells = !isPlatformLed(task) || timeoutMs !== null;
  const starts = task.firstProgressAt === null && tells;
  if (starts) await deps.engine.report(input, { kind: 'progress', at: now.getTime() });
  const moved = await transition(deps.tasks, task, { kind: 'progress', percent, timeoutMs, late }, now);
  if (starts && moved === null) await endIfEnded(deps, task);
}

/** Whoever ended the task meanwhile could not know of the workflow that this report has started. */
export async function endIfEnded(deps: TaskDeps, { _id, deviceId, module, attempt }: Task): Promise<void> {
  const now = await deps.tasks.get(_id);
  if (!now?.active) await deps.engine.tellEnded(now ?? { _id, deviceId, module, attempt });
}

/** R-FLOW-2: a platform-led device gets the file; it may report nothing until it is done. */
export async function onOpened(deps: Pick<TaskDeps, 'tasks' | 'clock'>, taskId: TaskId, attempt: number): Promise<void> {
  await transition(deps.tasks, taskId, { kind: 'opened', attempt }, deps.clock());
}

/** A reported failure of a task that awaits its device ends the attempt; whether another follows is the workflow's decision (R-TASK-5). */
export async function onFailure(deps: TaskDeps, task: Task, failure: Extract<DeviceReport, { kind: 'failed' }>): Promise<void> {
  const { cause, text } = failure;
  const input = await upgradeInput(deps, task);
  await deps.engine.report(input, {
    kind: 'failed',
    attempt: task.attempt,
    cause,
    text: text?.slice(0, FIXED_LIMITS.failureTextLength) ?? null,
  });
}

/**
 * R-TASK-2: the reported version is the truth. The target ends the task in success, here and at once;
 * what comes before a notification is the source; afterwards the source means a restart, or a fall-back, and anything else fails the attempt.
 */
export async function onVersion(deps: TaskDeps, task: Task, version: string, previous: string | null): Promise<void> {
  if (version === task.targetVersion) return onTarget(deps, task);
  if (task.notifiedAt === null) return onVersionBefore(deps, task, version, previous);
  const isSource = task.sourceVersion === null || version === task.sourceVersion;
  // device-protocols §1.5 C: after 100 % the old version is what the device booted back to; before, it has just started again.
  const other = isSource && hasDownloaded(task) && task.sourceVersion !== null ? await otherStart(deps, task) : 'ITS_OWN';
  if (other === null) return failUnexpected(deps, task, version);
  if (isSource) {
    const event = { kind: 'sourceReported', version, byParent: other === 'PARENT' } as const;
    const asked = (await transition(deps.tasks, task, event, deps.clock())) ?? task;
    if (asked.status === 'IN_PROGRESS' && asked.offerAt !== null) deps.engine.wakeBatch(task.batchId);
    return;
  }
  if (isUnexpected(task, version, previous)) await failUnexpected(deps, task, version);
}

/** Nothing was asked of the device yet, or not again: it is upgraded from whatever it has then, if the package can (device-protocols §1.5 B). */
async function onVersionBefore(deps: TaskDeps, task: Task, version: string, previous: string | null): Promise<void> {
  const eligible = await isEligible(deps, task, version);
  if (eligible && version === task.sourceVersion) return;
  const moved = eligible
    ? await transition(deps.tasks, task, { kind: 'sourceReported', version }, deps.clock())
    : await endIneligible(deps, task, version);
  if (moved !== null) return;
  const now = await deps.tasks.get(task._id);
  // It was pushed meanwhile: then the report is about that.
  if (now?.active && now.notifiedAt !== null) await onVersion(deps, now, version, previous);
}

/** Why else a device may report its old version after 100 %; null: it has booted back. Looked up only then. */
export async function otherStart({ tasks, throughParentSince }: TaskDeps, task: Task): Promise<'OTHER_MODULE' | 'PARENT' | null> {
  if (hasRestartedForAnother(task, await tasks.latestOfDevice(task.deviceId, LATEST))) return 'OTHER_MODULE';
  const since = (await throughParentSince?.(task.deviceId)) ?? null;
  return isSaidByParent(task, since) ? 'PARENT' : null;
}

export async function failUnexpected(deps: TaskDeps, task: Task, version: string): Promise<void> {
  const input = await upgradeInput(deps, task);
  await deps.engine.report(input, { kind: 'failed', attempt: task.attempt, cause: 'UNEXPECTED_VERSION_REPORTED', text: version });
}

export async function onTarget(deps: TaskDeps, task: Task): Promise<void> {
  await endTask(deps, task, { kind: 'succeeded' });
}

/**
 * Neither source nor target. In upgrade that fails the attempt; before, only a version that is new does, so that a device
 * which repeats itself fails once (device-protocols §1.5 E). A report that was stored and then did not reach the engine comes
 * again as a repeat: it is new until an attempt has failed for it.
 */
function isUnexpected(task: Task, version: string, previous: string | null): boolean {
  return (task.status === 'IN_PROGRESS' && task.reacted) || version !== previous || !hasFailedFor(task, version);
}

const hasFailedFor = ({ attempts }: Task, version: string): boolean =>
  attempts.some(({ cause, text }) => cause === 'UNEXPECTED_VERSION_REPORTED' && text === version);
