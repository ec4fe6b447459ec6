import { awaitsDevice } from '../../schema/model/device-exchange';
import { isPlatformLed } from '../../schema/model/dialect';
import type { TaskId } from '../../schema/model/ids';
import { acceptsSource } from '../../schema/model/package-rules';
import type { Task } from '../../schema/model/task';
import type { DeviceReport } from '../core';
import type { TaskDeps } from './deps';
import { transition } from './transition';
import { hasUpgrade, timeoutOf, upgradeInput } from './upgrade-input';

const TEXT_LENGTH = 1_024;

/** Progress: the percent goes to the store; the first of the task also starts the upgrade workflow, and with it the time-out. */
export async function onProgress(deps: TaskDeps, task: Task, percent: number): Promise<void> {
  if (!awaitsDevice(task)) return;
  const now = deps.clock();
  const { policy } = await deps.facts(task.batchId);
  const minutes = timeoutOf(task, policy);
  const timeoutMs = minutes === null ? null : minutes * deps.settings.minuteMs;
  // The engine before the store: once the store says that progress began, a repeat of this report would start nothing.
  // A platform-led upgrade runs already, and wants to know only what its time-out runs from.
  const tells = !isPlatformLed(task) || timeoutMs !== null;
  if (task.firstProgressAt === null && tells)
    await deps.engine.report(await upgradeInput(deps, task), { kind: 'progress', at: now.getTime() });
  await transition(deps.tasks, task, { kind: 'progress', percent, timeoutMs }, now);
}

/** R-FLOW-2: a platform-led device gets the file; it may report nothing until it is done. */
export async function onOpened(deps: Pick<TaskDeps, 'tasks' | 'clock'>, taskId: TaskId, attempt: number): Promise<void> {
  await transition(deps.tasks, taskId, { kind: 'opened', attempt }, deps.clock());
}

/** A failure the device reports ends the attempt; whether another follows is the workflow's decision (R-TASK-5). */
export async function onFailure(deps: TaskDeps, task: Task, failure: Extract<DeviceReport, { kind: 'failed' }>): Promise<void> {
  if (!awaitsDevice(task)) return;
  const { cause, text } = failure;
  const input = await upgradeInput(deps, task);
  await deps.engine.report(input, { kind: 'failed', attempt: task.attempt, cause, text: text?.slice(0, TEXT_LENGTH) ?? null });
}

/**
 * R-TASK-2: the reported version is the truth. The target ends the task in success, here and at once;
 * the source means that the device has restarted; anything else fails the attempt.
 */
export async function onVersion(deps: TaskDeps, task: Task, version: string, previous: string | null): Promise<void> {
  const now = deps.clock();
  if (version === task.targetVersion) return onTarget(deps, task);
  if ((task.status === 'QUEUED' || task.status === 'UNCONFIRMED') && (await isIneligible(deps, task, version))) {
    const event = { kind: 'failed', cause: 'SOURCE_VERSION_NOT_ELIGIBLE', text: version } as const;
    const ended = await transition(deps.tasks, task, event, now);
    if (ended !== null && hasUpgrade(task)) await deps.engine.tellEnded(task);
    deps.engine.wakeBatch(task.batchId);
    return;
  }
  if (task.sourceVersion === null || version === task.sourceVersion) {
    const asked = (await transition(deps.tasks, task, { kind: 'sourceReported', version }, now)) ?? task;
    if (asked.status === 'IN_PROGRESS' && asked.offerAt !== null) deps.engine.wakeBatch(task.batchId);
    return;
  }
  // Nothing was asked of a device whose task waits for confirmation.
  if (task.status === 'UNCONFIRMED' || !isUnexpected(task, version, previous)) return;
  const input = await upgradeInput(deps, task);
  await deps.engine.report(input, { kind: 'failed', attempt: task.attempt, cause: 'UNEXPECTED_VERSION_REPORTED', text: version });
}

export async function onTarget(deps: TaskDeps, task: Task): Promise<void> {
  // Also when the answer was lost: a repeat finds no task that it could be about.
  const ended = await transition(deps.tasks, task, { kind: 'succeeded' }, deps.clock()).finally(() => deps.engine.wakeBatch(task.batchId));
  if (ended !== null && hasUpgrade(task)) await deps.engine.tellEnded(task);
}

/** R-PKG-6: the device was updated by other means before its turn, to a version that the package does not upgrade from; no retry helps. */
async function isIneligible(deps: TaskDeps, task: Task, version: string): Promise<boolean> {
  const { package: firmware } = await deps.facts(task.batchId);
  return !acceptsSource(firmware, version);
}

/**
 * Neither source nor target. In upgrade that fails the attempt; before, only a version that is new does, so that a device
 * which repeats itself fails once (device-protocols §1.5 E). A report that was stored and then did not reach the engine comes
 * again as a repeat: it is new until an attempt has failed for it. Between attempts nothing is awaited.
 */
function isUnexpected(task: Task, version: string, previous: string | null): boolean {
  if (task.retryAt !== null) return false;
  return (task.status === 'IN_PROGRESS' && task.reacted) || version !== previous || !hasFailedFor(task, version);
}

const hasFailedFor = ({ attempts }: Task, version: string): boolean =>
  attempts.some(({ cause, text }) => cause === 'UNEXPECTED_VERSION_REPORTED' && text === version);
