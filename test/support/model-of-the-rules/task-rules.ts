import type { FailureCause } from '../../../schema/model/task/failure-causes';
import type { TaskStatus } from '../../../schema/model/task/task';
import { type Batch, type Device, isOpen, type Task } from './state';

/** R-TASK-11: so many notifications of an attempt may follow a reconnect or a restart. */
export const MOST_RENOTIFICATIONS = 2;

const NEW_ATTEMPT = { notifications: 0, reacted: false, downloaded: false, cameBack: false, renotifications: 0 };

/** R-BAT-1, R-TASK-3, R-TASK-8: where a selected device begins. */
export function newTask(batch: Batch, device: Device): Task {
  const status: TaskStatus = device.version === batch.firmware.version ? 'SUCCEEDED' : batch.confirmation ? 'UNCONFIRMED' : 'QUEUED';
  const nothingYet = { cause: null, attempt: 1, firstAttempt: 1, failedFor: [], waits: false, pushes: 0, ...NEW_ATTEMPT };
  return {
    ...{ batch, device, source: device.version, status, ...nothingYet },
    ...{ due: status === 'QUEUED', decided: null, deferrals: [], judged: null, hasLeft: false, wentBack: false, wasNotified: false },
  };
}

export function end(task: Task, status: 'SUCCEEDED' | 'FAILED' | 'CANCELED', cause: FailureCause | null): void {
  Object.assign(task, { status, cause, due: false, waits: false });
  if (status === 'SUCCEEDED') task.judged = task.wasNotified ? 'succeeded' : null;
  else if (status === 'CANCELED' || cause === 'DEVICE_REMOVED') task.judged = null;
  else judgeFailure(task);
}

/** R-BAT-24: whose notification of this attempt has not left has made none. */
function judgeFailure(task: Task): void {
  if (task.notifications > 0) task.judged = 'failed';
}

/** R-BAT-24, R-BAT-10: back from the target, to the version that it was upgraded from. Whether that is on record: once. */
export function goBack(task: Task, version: string): void {
  if (task.hasLeft) return;
  task.hasLeft = true;
  task.wentBack = task.wasNotified && version === (task.source ?? version);
  if (task.wentBack) task.judged = 'failed';
}

export function push(task: Task): void {
  notify(task);
  task.pushes += 1;
}

/** `asked`: nothing is pushed to it, and it decides itself how often it is told. */
export function notify(task: Task, asked = false): void {
  if (task.status === 'QUEUED') task.status = 'NOTIFIED';
  if (task.cameBack && !asked) task.renotifications += 1;
  task.notifications += 1;
  task.wasNotified = true;
  Object.assign(task, { due: false, cameBack: false });
}

/** R-TASK-11. True: instead of being notified once more its attempt has failed. */
export function isTooOften(task: Task): boolean {
  if (!task.cameBack || task.renotifications < MOST_RENOTIFICATIONS) return false;
  failAttempt(task, 'NOTIFICATION_LIMIT');
  return true;
}

/** Whether the device can mean this attempt with what it reports. */
const isNotified = (task: Task): boolean => ['NOTIFIED', 'IN_PROGRESS'].includes(task.status) && task.notifications > 0;

/** R-TASK-4: the time-out runs from the first progress; one that comes soon has come. It is never followed by a retry. */
export function progress(task: Task, percent: number): void {
  if (!isNotified(task)) return;
  if (percent === 100) task.downloaded = true;
  Object.assign(task, { status: 'IN_PROGRESS', reacted: true, due: false });
  if (task.batch.timeout === 'soon') end(task, 'FAILED', 'DEVICE_UPGRADE_TIMEOUT');
}

export function reportFailure(task: Task, cause: FailureCause): void {
  if (isNotified(task)) failAttempt(task, cause);
}

/** R-TASK-5, R-TASK-6: as often as the policy says, the status staying as it is. */
function failAttempt(task: Task, cause: FailureCause): void {
  const { retry } = task.batch;
  if (retry === null || task.attempt - task.firstAttempt >= retry.times) {
    end(task, 'FAILED', cause);
    return;
  }
  judgeFailure(task);
  const waits = retry.after === 'later';
  Object.assign(task, { attempt: task.attempt + 1, cause, waits, due: !waits, ...NEW_ATTEMPT });
}

/** R-TASK-2, R-TASK-5, R-PKG-6, R-BAT-5. `isNews`: the device had reported another one before. */
export function reportVersion(task: Task, version: string, isNews: boolean): void {
  const { source } = task;
  if (version === task.batch.firmware.version) end(task, 'SUCCEEDED', null);
  else if (task.notifications === 0) {
    if (isEligible(task, version)) task.source = version;
    else end(task, 'FAILED', 'SOURCE_VERSION_NOT_ELIGIBLE');
  } else if (source === null) task.source = version;
  else if (version !== source) {
    // One that has not reacted yet, and repeats itself, fails once.
    if (task.reacted || isNews || !task.failedFor.includes(version)) failFor(task, version);
  } else if (task.downloaded) failFor(task, version);
  // R-TASK-7: it has restarted in the middle of its upgrade.
  else if (task.reacted) Object.assign(task, { due: true, cameBack: true });
}

function failFor(task: Task, version: string): void {
  task.failedFor.push(version);
  failAttempt(task, 'UNEXPECTED_VERSION_REPORTED');
}

/** The batch has chosen the device with the version it had. */
function isEligible({ source, batch: { firmware, sourceVersions } }: Task, version: string): boolean {
  const allows = (versions: readonly string[]): boolean => versions.length === 0 || versions.includes(version);
  return allows(firmware.sources) && (version === source || allows(sourceVersions));
}

/** R-TASK-7: whoever comes back unfinished is notified again. */
export function connect(task: Task): void {
  if (task.notifications > 0) task.cameBack = true;
  if (task.status !== 'UNCONFIRMED' && !task.waits) task.due = true;
}

/** R-BAT-11: what has not begun gives way to a newer batch. */
export function giveWay(task: Task): void {
  if (task.status !== 'IN_PROGRESS') end(task, 'CANCELED', 'OVERWRITTEN_BY_NEWER_TASK');
}

/** R-BAT-21: from the beginning, and with all its retries; the attempts are counted on. */
export function beginAgain(task: Task): void {
  const attempt = task.attempt + 1;
  Object.assign(task, { status: 'QUEUED', cause: null, attempt, firstAttempt: attempt, ...NEW_ATTEMPT });
  Object.assign(task, { due: true, waits: false, judged: null, hasLeft: false, wentBack: false });
  task.source = task.device.version ?? task.source;
  if (task.device.version === task.batch.firmware.version) end(task, 'SUCCEEDED', null);
}

/** R-TASK-8. */
export function decide(task: Task, decision: 'confirmed' | 'rejected'): 'done' | 'TASK_STATE' {
  const isRepeat = task.decided === decision && isOpen(task) === (decision === 'confirmed');
  if (isRepeat) return 'done';
  if (task.status !== 'UNCONFIRMED') return 'TASK_STATE';
  task.decided = decision;
  if (decision === 'rejected') end(task, 'CANCELED', null);
  else Object.assign(task, { status: 'QUEUED', due: true });
  return 'done';
}

/** R-TASK-12: a batch that says nothing lets its tasks be deferred so often. */
const MOST_DEFERRALS = 3;

/** Nothing else about the task changes. */
export function defer({ status, deferrals }: Task, until: number): 'done' | 'TASK_STATE' | 'DEFERRAL_LIMIT' {
  if (status !== 'UNCONFIRMED') return 'TASK_STATE';
  if (deferrals.at(-1) === until) return 'done';
  if (deferrals.length >= MOST_DEFERRALS) return 'DEFERRAL_LIMIT';
  deferrals.push(until);
  return 'done';
}
