import type { Proof } from '../../schema/model/device/generations';
import type { DeviceId, TaskId } from '../../schema/model/ids';
import type { Task, TaskStatus } from '../../schema/model/task/task';
import type { TaskChange } from '../../schema/model/task/task-change';

/** A change together with the task it was computed from: written only if the stored task is still that one. */
export interface TaskWrite {
  task: Task;
  change: TaskChange;
}

export type UpgradingTask = Pick<
  Task,
  '_id' | 'batchId' | 'deviceId' | 'module' | 'attempt' | 'firstAttempt' | 'firstProgressAt' | 'timeoutMinutes' | 'dialect' | 'negotiation'
>;

/** The last members are what an upgrade is started with. */
export interface DueTask extends UpgradingTask {
  gatewayId: string;
  offerAt: Date;
}

/** What core/tasks needs of its store; `mongo-store.ts` is the real one. */
export interface TaskStore {
  get(id: TaskId): Promise<Task | null>;
  /** In no particular order; what is not there is left out. */
  getMany(ids: readonly TaskId[]): Promise<Task[]>;
  /** At most one a module. With a `proof` that does not hold for the device, none. */
  activeOfDevice(deviceId: DeviceId, proof?: Proof): Promise<Task[]>;
  activeOfDevices(deviceIds: readonly DeviceId[]): Promise<Task[]>;
  /** As `activeOfDevice`, of one module. */
  activeOf(deviceId: DeviceId, module: string, proof?: Proof): Promise<Task | null>;
  /** The latest task that has brought the device this version of the module, if it ended after `since`. */
  succeededOf(deviceId: DeviceId, module: string, targetVersion: string, since: Date): Promise<Task | null>;
  /** Its tasks, ended ones too, newest first. */
  latestOfDevice(deviceId: DeviceId, limit: number): Promise<Task[]>;
  /** Active tasks of a batch, in id order, after `after`; with `statuses` only those. */
  activeOfBatch(batchId: string, limit: number, after?: TaskId, statuses?: readonly TaskStatus[]): Promise<Task[]>;
  /** Active tasks whose device is connected through a gateway process, each once. */
  eachOfGateway(gatewayId: string): AsyncIterable<Task>;
  /** The task, with its module as the device now writes it: stored when that is another spelling than before. */
  spell(task: Task, name: string): Promise<Task>;
  /** Writes those that are still at the revision they were read at, and says which. */
  write(writes: readonly TaskWrite[]): Promise<Set<TaskId>>;
  /** Reachable tasks of the batch whose `offerAt` has come, oldest first; `without` those at some gateways. */
  due(batchId: string, now: Date, limit: number, without?: readonly string[]): Promise<DueTask[]>;
  /** When the next reachable task is due; null when none will be by the clock alone. */
  nextDueAt(batchId: string, without?: readonly string[]): Promise<Date | null>;
  hasActive(batchId: string): Promise<boolean>;
  /** Of each of the devices the active tasks, and those that have ended and leave something to do at it. */
  concerning(deviceIds: readonly DeviceId[]): Promise<Task[]>;
  /** Devices at a gateway whose tasks want a look by now, those due longest first, each once. */
  dueLooks(gatewayId: string, now: Date, limit: number): Promise<DeviceId[]>;
  /** Tasks whose off-line device has not come in its time, or that have waited too long for what they wait for as documents. */
  overdueWaits(batchId: string, now: Date, limit: number): Promise<Task[]>;
  /** R-TASK-12: tasks that ask for confirmation again, of which that was not told, those longest first. */
  endedDeferrals(batchId: string, now: Date, limit: number): Promise<Task[]>;
  /** When the next of such waits is over, or such a deferral; null when there is none. */
  nextWaitEnd(batchId: string): Promise<Date | null>;
}

/** The task with its module as its device writes it. */
export function spelled({ moduleName, ...task }: Task, name: string): Task {
  return name === task.module ? task : { ...task, moduleName: name };
}

/** The task as it is after the change, without asking the store. */
export function applied({ task, change }: TaskWrite): Task {
  return {
    ...task,
    ...change.set,
    revision: task.revision + 1,
    transitions: change.transition ? [...task.transitions, change.transition] : task.transitions,
    attempts: change.attemptLog ? [...task.attempts, change.attemptLog] : task.attempts,
  };
}
