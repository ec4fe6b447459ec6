import type { BatchId, DeviceId, TaskId } from '../ids';
import type { Look, Lwm2mUpgrade } from '../lwm2m/upgrade';
import type { Dialect } from '../protocol/dialect';
import type { Deferral } from './deferral';
import type { FailureCause } from './failure-causes';

/** R-TASK-1. The first four are active, the last three final. */
export const TASK_STATUSES = ['UNCONFIRMED', 'QUEUED', 'NOTIFIED', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const ACTIVE_STATUSES = ['UNCONFIRMED', 'QUEUED', 'NOTIFIED', 'IN_PROGRESS'] as const satisfies readonly TaskStatus[];
export const isActive = (status: TaskStatus): boolean => (ACTIVE_STATUSES as readonly TaskStatus[]).includes(status);

/**
 * R-BAT-24: what came of a device's last attempt. FAILING: it failed, and another attempt follows or is under way. REGRESSED: it succeeded,
 * and the device then went back to its old version.
 */
export const TASK_OUTCOMES = ['SUCCEEDED', 'FAILING', 'FAILED', 'REGRESSED'] as const;
export type TaskOutcome = (typeof TASK_OUTCOMES)[number];

/** One try of a task that ended without success. `text` is what the device said, cut to 1,024 characters. */
export interface Attempt {
  number: number;
  cause: FailureCause;
  text: string | null;
  startedAt: Date | null;
  endedAt: Date;
}

/** With one status twice: an attempt has failed and another follows, that one begins, or something happened to the task after its end. */
export interface Transition {
  at: Date;
  /** Which one ends or is under way. Absent in lines of older versions. */
  attempt?: number;
  from: TaskStatus;
  to: TaskStatus;
  cause: FailureCause | null;
  text: string | null;
}

/** Of a task as people see it: who has the target version has all of it, whatever it reported last on its way. */
export const progressOf = ({ status, progress }: Pick<Task, 'status' | 'progress'>): number | null =>
  status === 'SUCCEEDED' ? 100 : progress;

/** What left for a task's device of its files, over HTTP or MQTT: bytes of files, and the requests they were asked for with. */
export interface TaskDownload {
  bytesServed: number;
  requests: number;
  lastAt: Date;
}

/** One device's part in one batch, as MongoDB keeps it. */
export interface Task {
  _id: TaskId;
  batchId: BatchId;
  packageId: string;
  productKey: string;
  deviceId: DeviceId;
  deviceName: string;
  /** Its key. */
  module: string;
  /** As its device last wrote it; absent where that is the key. Written without a new revision. */
  moduleName?: string;
  /** Its device's when the task was made. Absent in tasks of older versions: LINK. */
  dialect?: Dialect;
  /** The version the device had when it was selected, or the last it reported before it was asked for anything; null while it has reported none. */
  sourceVersion: string | null;
  targetVersion: string;
  status: TaskStatus;
  /** True until the status is final; the unique indexes on {deviceId, module} and {deviceId, slots} cover active tasks only. */
  active: boolean;
  /** R-BAT-13: which of its device's slots it takes, see `slots.ts`. Absent in tasks of older versions: all. */
  slots?: number[];
  /** Starts at 1; a retry makes it 2. */
  attempt: number;
  /** The attempt its present run began with: above 1 once it was re-initiated (R-BAT-21). Absent in tasks of older versions: 1. */
  firstAttempt?: number;
  /** R-BAT-10: how often its dynamic batch has matched the device. Absent: once. */
  matches?: number;
  /** R-BAT-16, of a dynamic batch: the time-out when the task was made or matched again, null for none. Absent: the batch's. */
  timeoutMinutes?: number | null;
  /** The last that the device reported in the current attempt, 0–100, or null before. For people: `progressOf`. */
  progress: number | null;
  /** Why the last attempt failed; the final word when the status is FAILED. */
  cause: FailureCause | null;
  causeText: string | null;

  /** Null or absent before the first attempt has ended, and where there was none. */
  outcome?: TaskOutcome | null;
  /** R-BAT-24: since when the outcome says something about the package; null or absent while it says nothing. */
  judgedAt?: Date | null;

  /** True while the device has a connection; then `gatewayId` says which gateway process holds it. */
  reachable: boolean;
  gatewayId: string | null;
  /** Of its device's presence that the two above come from. Absent in tasks of older versions: 0. */
  presenceRevision?: number;
  /** When this task next wants its notification; null while it wants none. The batch pushes what is due and reachable. The stored name is older than the word `push`. */
  offerAt: Date | null;
  /**
   * When the time is or was over in which the version report of its device's latest connections is awaited: a device that reconnects all
   * the time is waited for once. Null or absent: it has not connected since its last notification.
   */
  settledAt?: Date | null;
  /** The last push of the current attempt; null before it. */
  notifiedAt: Date | null;
  /** The very first push, whatever became of that attempt: R-RATE-2 counts it. */
  firstNotifiedAt: Date | null;
  /** Notifications sent in this attempt. */
  notifications: number;
  /** True once the device reacted to this attempt's notification: from then on it is not repeated every 10 minutes. */
  reacted: boolean;
  /** device-protocols §1.5 C: in this attempt the device has said 100 %: from then on its old version means that it has failed. Absent: no. */
  downloaded?: boolean;
  /** When it first said so; or when its parent, which had come back since, last said the old version for it. Absent in tasks of older versions. */
  downloadedAt?: Date;
  /** R-TASK-11: notifications of this attempt that followed a reconnect or a restart of the device. Absent: none. */
  renotifications?: number;
  /** The device has come back, or started again, since the last notification of this attempt: the next one counts. Absent: no. */
  cameBack?: boolean;
  /** Notifications in a row for which the clock was the only reason: the next one waits longer. Absent: none. */
  repeats?: number;
  /** Set between attempts: when the next one begins. */
  retryAt: Date | null;
  /** R-TASK-4: the time-out runs from the first progress report of the task, over all attempts. */
  firstProgressAt: Date | null;
  deadlineAt: Date | null;
  /** Of a platform-led task, and only there. */
  negotiation?: Negotiation | null;
  /** R-FLOW-2: when the wait for an off-line device is over; null or absent while there is none. */
  onlineBy?: Date | null;
  /** R-TASK-12. Null or absent: nobody has deferred it since it began. */
  deferral?: Deferral | null;
  /** When the wait of its present step is over, of a task whose device was asked and has accepted nothing; null or absent while there is none. */
  waitBy?: Date | null;
  /** Of a task for an LwM2M device, and only there; null or absent before its device was asked in this attempt. */
  lwm2m?: Lwm2mUpgrade | null;
  /** The same: when the device is looked at next. Null or absent: it is heard first. */
  look?: Look | null;
  /** Absent until the first request. A few seconds behind; for people, nothing is decided by it. */
  download?: TaskDownload;

  /** The last 50 of each. */
  attempts: Attempt[];
  transitions: Transition[];
  /** Raised by one with each write: a writer that read an older one starts again. */
  revision: number;
  createdAt: Date;
  updatedAt: Date;
  endedAt: Date | null;
}

/** Where the platform's questions and a device's answers stand in the present attempt of a platform-led task. */
export interface Negotiation {
  /** How long it waits for its device to come on-line, in milliseconds. */
  onlineMs: number;
  /** When the device was asked for its version and has not answered yet; null while nothing is asked. */
  queriedAt: Date | null;
  /** The first question of the attempt, with which its workflow starts; stays when the device goes. Absent: not asked yet, or by an older version. */
  askedAt?: Date | null;
  /** The first notification of the attempt: repeats don't begin the wait for the result anew. */
  begunAt: Date | null;
  /** The first request for the file in the attempt. */
  openedAt: Date | null;
  /** The device has said something about the upgrade over its present connection: it needs no repeat of the notification. */
  heard: boolean;
  /** It has come back over another connection since it said 100 %. Absent: no. */
  returned?: boolean;
  /** Bytes that earlier attempts were served. */
  servedBefore: number;
  /** When the device first said that it runs the target, and was asked before that counts. Absent: it has not, or its word is enough. */
  confirmingAt?: Date | null;
}
