import type { FailureCause } from '../../../schema/model/task/failure-causes';
import { matching, shareOf } from './selection';
import { type Batch, type Device, type Firmware, isLive, isOpen, type NewBatch, type Task } from './state';
import {
  beginAgain,
  connect,
  decide,
  defer,
  end,
  giveWay,
  goBack,
  isTooOften,
  newTask,
  notify,
  progress,
  push,
  reportFailure,
  reportVersion,
} from './task-rules';

export type SkipReason = 'NOT_FAILED' | 'DEVICE_GONE' | 'DEVICE_BUSY' | 'VERSION_NOT_ELIGIBLE';

/**
 * The rules of batches and tasks, a second time and without a store, an engine or a clock: small enough to be read beside them. Every
 * method is something that happens; after it, `settle` lets follow what follows by itself. Refusals are the codes that users see.
 */
export class Rules {
  readonly batches: Batch[] = [];
  readonly tasks: Task[] = [];

  constructor(readonly devices: Device[]) {}

  openTaskOf = (device: Device): Task | undefined => this.tasks.find((task) => task.device === device && isOpen(task));
  tasksOf = (batch: Batch): Task[] => this.tasks.filter((task) => task.batch === batch);

  // Operators

  /** `chosen`: of a share, the devices that got a task. Which ones they are is nobody's rule; how many is. */
  create(wanted: NewBatch, chosen: readonly string[] = []): 'done' | 'BATCH_EMPTY' | 'wrong choice' {
    const matches = matching(this.devices, wanted);
    if (matches.length === 0) return 'BATCH_EMPTY';
    const batch: Batch = { ...wanted, number: this.batches.length, status: wanted.start === 'later' ? 'SCHEDULED' : 'RUNNING' };
    const isFree = (device: Device): boolean => {
      const task = this.openTaskOf(device);
      return !task || (wanted.override && task.status !== 'IN_PROGRESS');
    };
    const free = matches.filter(isFree);
    const targets = typeof wanted.scope === 'object' && 'percent' in wanted.scope ? free.filter(({ name }) => chosen.includes(name)) : free;
    if (typeof wanted.scope === 'object' && 'percent' in wanted.scope) {
      const share = shareOf(matches.length, wanted.scope.percent);
      const isRight = targets.length === chosen.length && targets.length <= share;
      // R-BAT-11: those that keep the task they have count as chosen.
      if (!isRight || targets.length + matches.length - free.length < share) return 'wrong choice';
    }
    this.batches.push(batch);
    for (const device of targets) {
      const earlier = this.openTaskOf(device);
      if (earlier) giveWay(earlier);
      this.tasks.push(newTask(batch, device));
    }
    return this.settle();
  }

  pause(batch: Batch): 'done' | 'BATCH_STATE' {
    if (batch.status === 'PAUSED' || batch.status === 'HALTED') return 'done';
    if (batch.status !== 'RUNNING') return 'BATCH_STATE';
    batch.status = 'PAUSED';
    return this.settle();
  }

  /** R-BAT-24: whoever resumes a halted batch has seen what failed so far. */
  resume(batch: Batch): 'done' | 'BATCH_STATE' {
    if (batch.status === 'RUNNING') return 'done';
    if (batch.status !== 'PAUSED' && batch.status !== 'HALTED') return 'BATCH_STATE';
    if (batch.status === 'HALTED') for (const task of this.tasksOf(batch)) task.judged = null;
    batch.status = 'RUNNING';
    return this.settle();
  }

  /** R-BAT-18: how many tasks ended with it. */
  cancel(batch: Batch): number | 'BATCH_STATE' {
    if (batch.status === 'CANCELED') return 0;
    if (!isLive(batch)) return 'BATCH_STATE';
    const open = this.tasksOf(batch).filter(isOpen);
    for (const task of open) end(task, 'CANCELED', null);
    batch.status = 'CANCELED';
    return open.length;
  }

  /** R-BAT-18: tasks to be pushed are *scheduled* until their batch has started. A batch with nothing left to start ends so. */
  cancelSome(batch: Batch, statuses: readonly string[]): number | 'BATCH_STATE' {
    if (batch.status === 'CANCELED') return 0;
    if (!isLive(batch)) return 'BATCH_STATE';
    const wordFor = ({ status }: Task) => (status === 'QUEUED' && batch.status === 'SCHEDULED' ? 'SCHEDULED' : status);
    const meant = this.tasksOf(batch).filter((task) => isOpen(task) && statuses.includes(wordFor(task)));
    return this.endAll(meant, batch);
  }

  /** R-BAT-18: the tasks of a package on a device. */
  cancelOf(device: Device, firmware: Firmware): number {
    const task = this.openTaskOf(device);
    return task?.batch.firmware === firmware ? this.endAll([task], task.batch) : 0;
  }

  private endAll(tasks: readonly Task[], batch: Batch): number {
    for (const task of tasks) end(task, 'CANCELED', null);
    if (batch.status === 'SCHEDULED' && !this.tasksOf(batch).some(isOpen)) batch.status = 'CANCELED';
    this.settle();
    return tasks.length;
  }

  /** R-BAT-21: why each task that did not begin again was left as it is. */
  retry(batch: Batch, tasks: readonly Task[]): SkipReason[] | 'BATCH_STATE' {
    if (batch.status === 'CANCELED') return 'BATCH_STATE';
    const skipped = tasks.flatMap((task) => {
      const reason = this.objection(task);
      if (reason === null) beginAgain(task);
      return reason ?? [];
    });
    if (!isLive(batch) && this.tasksOf(batch).some(isOpen)) batch.status = 'RUNNING';
    this.settle();
    return skipped;
  }

  private objection({ device, status, source, batch: { firmware } }: Task): SkipReason | null {
    // R-BAT-10: it has gone back to what it was upgraded from.
    const regressed = status === 'SUCCEEDED' && source !== firmware.version && source !== null && device.version === source;
    if (status !== 'FAILED' && !regressed) return 'NOT_FAILED';
    if (!device.exists) return 'DEVICE_GONE';
    if (this.openTaskOf(device)) return 'DEVICE_BUSY';
    const { version } = device;
    if (version === null || version === firmware.version || firmware.sources.length === 0) return null;
    return firmware.sources.includes(version) ? null : 'VERSION_NOT_ELIGIBLE';
  }

  decide(task: Task, decision: 'confirmed' | 'rejected'): 'done' | 'TASK_STATE' {
    const answer = decide(task, decision);
    this.settle();
    return answer;
  }

  defer(task: Task, until: number): 'done' | 'TASK_STATE' | 'DEFERRAL_LIMIT' {
    return defer(task, until);
  }

  // Devices

  register(name: string): 'done' {
    const known = this.devices.find((device) => device.name === name);
    const fresh = { exists: true, online: false, version: null };
    if (known) Object.assign(known, fresh);
    else this.devices.push({ name, ...fresh });
    return 'done';
  }

  /** Its tasks fail; how many. */
  remove(device: Device): number {
    const task = this.openTaskOf(device);
    Object.assign(device, { exists: false, online: false, version: null });
    if (task) end(task, 'FAILED', 'DEVICE_REMOVED');
    this.settle();
    return task ? 1 : 0;
  }

  connect(device: Device): 'done' {
    device.online = true;
    return this.with(device, connect);
  }

  disconnect(device: Device): 'done' {
    device.online = false;
    return this.settle();
  }

  /** The version it is told to upgrade to, or null. */
  ask(device: Device): string | null {
    const task = this.openTaskOf(device);
    if (!task || task.status === 'UNCONFIRMED' || task.waits || task.batch.status !== 'RUNNING') return null;
    if (task.batch.proactivePush && isTooOften(task)) {
      this.settle();
      return null;
    }
    notify(task, !task.batch.proactivePush);
    return task.batch.firmware.version;
  }

  progress = (device: Device, percent: number): 'done' => this.with(device, (task) => progress(task, percent));

  reportFailure = (device: Device, cause: FailureCause): 'done' => this.with(device, (task) => reportFailure(task, cause));

  reportVersion(device: Device, version: string): 'done' {
    const isNews = device.version !== version;
    if (device.version !== null && isNews) this.lookBack(device, device.version, version);
    device.version = version;
    return this.with(device, (task) => reportVersion(task, version, isNews));
  }

  /** R-BAT-24: not where another task takes the device to that version. Of several tasks with the same target the newest one is meant. */
  private lookBack(device: Device, from: string, version: string): void {
    if (this.openTaskOf(device)?.batch.firmware.version === version) return;
    const upgraded = this.tasks.filter(
      (task) => task.device === device && task.status === 'SUCCEEDED' && task.batch.firmware.version === from,
    );
    const last = upgraded.at(-1);
    if (last) goBack(last, version);
  }

  private with(device: Device, change: (task: Task) => void): 'done' {
    const task = this.openTaskOf(device);
    if (task) change(task);
    return this.settle();
  }

  // What follows by itself

  private settle(): 'done' {
    for (const batch of this.batches) {
      if (!['RUNNING', 'PAUSED', 'HALTED'].includes(batch.status)) continue;
      const open = this.tasksOf(batch).filter(isOpen);
      if (open.length === 0) batch.status = 'FINISHED';
      else if (batch.status !== 'RUNNING') continue;
      else if (this.hasFailedTooOften(batch)) batch.status = 'HALTED';
      // R-BAT-7, R-TASK-7.
      else if (batch.proactivePush && this.pushes(open)) return this.settle();
    }
    return 'done';
  }

  /** Whether an attempt has failed of it. */
  private pushes(open: readonly Task[]): boolean {
    const due = open.filter((task) => task.due && task.device.online);
    const ended = due.filter(isTooOften);
    for (const task of due) if (!ended.includes(task)) push(task);
    return ended.length > 0;
  }

  /** R-BAT-24. */
  private hasFailedTooOften(batch: Batch): boolean {
    if (batch.halt === null) return false;
    const { failedCount, failedPercent, minimumJudged } = batch.halt;
    const judged = this.tasksOf(batch).filter((task) => task.judged !== null);
    const failed = judged.filter((task) => task.judged === 'failed').length;
    if (failed === 0 || judged.length < minimumJudged) return false;
    return (failedCount !== null && failed >= failedCount) || (failedPercent !== null && failed * 100 >= failedPercent * judged.length);
  }
}
