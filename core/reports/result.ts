import type { Proof } from '../../schema/model/device/generations';
import type { DeviceId } from '../../schema/model/ids';
import {
  type IotdaResult,
  iotdaCause,
  judgeIotdaResult,
  mayBeStale,
  moduleOfResult,
  taskOfResult,
} from '../../schema/model/protocol/iotda-result';
import { awaitsDevice } from '../../schema/model/task/device-exchange';
import type { Task } from '../../schema/model/task/task';
import type { TaskDeps } from '../tasks/deps';
import { confirmTarget } from './confirm-target';
import { type DeviceAnswer, type Late, VERSION_QUERY } from './contract';
import { failUnexpected, LATEST, onFailure, onProgress } from './report';

/** `version`: to be stored as any that the device reports. `ignored`: it is about nothing. */
export type ResultOutcome =
  | { kind: 'version'; module: string; version: string }
  | { kind: 'answer'; answer: DeviceAnswer | null }
  | { kind: 'ignored' };

const DONE: ResultOutcome = { kind: 'answer', answer: null };

/** device-protocols §2.4: how an upgrade stands, by a device that names no module. What is usual costs one look at its unfinished tasks. */
export async function onResult(deps: TaskDeps, deviceId: DeviceId, result: IotdaResult & Late, proof?: Proof): Promise<ResultOutcome> {
  const task = taskOfResult(await deps.tasks.activeOfDevice(deviceId, proof), result);
  if (task === null) return ofNoTask(deps, deviceId, result);
  const verdict = judgeIotdaResult(result, await contextOf(deps, task, result));
  switch (verdict.kind) {
    case 'stale':
      return { kind: 'ignored' };
    case 'atTarget':
      return atTarget(deps, task);
    case 'progress':
      if (awaitsDevice(task)) await onProgress(deps, task, { percent: verdict.percent ?? task.progress ?? 0, late: result.late });
      return DONE;
    case 'failed':
      return failed(deps, task, result, verdict.cause);
  }
}

async function contextOf(deps: TaskDeps, task: Task, result: IotdaResult) {
  const { targetVersion, sourceVersion, notifications } = task;
  const about = { targetVersion, sourceVersion, notifications, opened: task.negotiation?.openedAt != null };
  return { ...about, endedSoBefore: mayBeStale(result, about) && (await hasEndedWith(deps, task, result.code)) };
}

/** Each of these codes has a cause of its own, which is on the record of the attempt. */
async function hasEndedWith(deps: TaskDeps, { _id, deviceId, attempts }: Task, code: number): Promise<boolean> {
  const cause = iotdaCause(code);
  const isIn = (log: Task['attempts']): boolean => log.some((attempt) => attempt.cause === cause);
  if (isIn(attempts)) return true;
  return (await deps.tasks.latestOfDevice(deviceId, LATEST)).some((other) => other._id !== _id && isIn(other.attempts));
}

/** Some products want to be asked: their devices say so before they install. */
async function atTarget(deps: TaskDeps, task: Task): Promise<ResultOutcome> {
  const { module, targetVersion: version } = task;
  if (!(await deps.facts(task.batchId)).confirmByQuery) return { kind: 'version', module, version };
  return { kind: 'answer', answer: awaitsDevice(task) ? await confirmTarget(deps, task) : VERSION_QUERY };
}

async function failed(deps: TaskDeps, task: Task, result: IotdaResult, cause: ReturnType<typeof iotdaCause>): Promise<ResultOutcome> {
  if (cause === 'UNEXPECTED_VERSION_REPORTED' && result.version !== null) {
    const module = moduleOfResult(await othersOf(deps, task), result);
    if (module !== null) return { kind: 'version', module, version: result.version };
    await failUnexpected(deps, task, result.version);
    return DONE;
  }
  const text = [`code ${result.code}`, result.text].filter(Boolean).join(': ');
  if (awaitsDevice(task)) await onFailure(deps, task, { kind: 'failed', module: task.module, cause, text });
  return DONE;
}

/** Ended tasks of other modules that know the version: a late word about one of them is no failure of this one. */
async function othersOf(deps: TaskDeps, { deviceId, module }: Task): Promise<Task[]> {
  return (await deps.tasks.latestOfDevice(deviceId, LATEST)).filter((other) => !other.active && other.module !== module);
}

/** R-DEV-1: after a cancel, or any end, the version that the device names is what it runs all the same (device-protocols §1.5 G). */
async function ofNoTask(deps: TaskDeps, deviceId: DeviceId, result: IotdaResult): Promise<ResultOutcome> {
  if (result.version === null || (result.code !== 0 && result.code !== 3)) return { kind: 'ignored' };
  const latest = await deps.tasks.latestOfDevice(deviceId, LATEST);
  const module = moduleOfResult(latest, result);
  const task = latest.find((each) => each.module === module);
  if (module === null || task === undefined) return { kind: 'ignored' };
  if ((await deps.facts(task.batchId)).confirmByQuery) return { kind: 'answer', answer: VERSION_QUERY };
  return { kind: 'version', module, version: result.version };
}
