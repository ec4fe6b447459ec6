import type { BatchId } from '../ids';
import type { Delivery } from '../lwm2m/upgrade';
import type { DownloadScheme } from '../protocol/download-scheme';
import type { FailureCause } from '../task/failure-causes';
import type { TaskStatus } from '../task/task';

export const BATCH_STATUSES = ['SCHEDULED', 'STARTING', 'RUNNING', 'PAUSED', 'HALTED', 'FINISHED', 'CANCELED', 'FAILED'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];
export const LIVE_STATUSES: readonly BatchStatus[] = ['SCHEDULED', 'STARTING', 'RUNNING', 'PAUSED', 'HALTED'];
export const isLive = (status: BatchStatus): boolean => LIVE_STATUSES.includes(status);

/** R-BAT-6: the reason of a batch that was finished by its scheduled end. */
export const WINDOW_CLOSED = 'The scheduled end has come; what had not ended was canceled.';

/** R-BAT-1; a verification (R-PKG-9) is a small batch that tries a package on chosen devices. */
export const BATCH_KINDS = ['static', 'dynamic', 'verification'] as const;
export type BatchKind = (typeof BATCH_KINDS)[number];

/** R-BAT-8, R-BAT-15: what a dynamic batch goes by, the versions that devices report or the group they are in. */
export const DYNAMIC_BASES = ['VERSION', 'GROUP'] as const;
export type DynamicBase = (typeof DYNAMIC_BASES)[number];

/** R-RATE-2: each time `threshold.count` further devices were notified, or succeeded, the rate is multiplied by `factor`. */
export interface VariableRate {
  kind: 'variable';
  base: number;
  factor: number;
  maximum: number;
  threshold: { of: RateThreshold; count: number };
}
export const RATE_THRESHOLDS = ['notified', 'succeeded'] as const;
export type RateThreshold = (typeof RATE_THRESHOLDS)[number];

/** R-RATE-1 and R-RATE-2; devices a minute. */
export type RatePolicy = { kind: 'constant'; perMinute: number } | VariableRate;

/** R-TASK-5. `maxRetries` counts pushes after the first. */
export interface RetryPolicy {
  intervalMinutes: number;
  maxRetries: number;
}

/**
 * R-BAT-24: the batch halts once so many of the devices that have an outcome have failed, as a share or a number, whichever comes first;
 * at least one of the two is given. What an outcome is says `outcome.ts`.
 */
export interface HaltPolicy {
  /** Percent of the devices with an outcome. */
  failedPercent?: number | null;
  failedCount?: number | null;
  /** Before so many devices have an outcome the batch does not halt. Read with `minimumOf`. */
  minimumJudged?: number | null;
  /** The older name of `minimumJudged`: in stored batches, and in what callers send. */
  minimumFinished?: number | null;
}

/** R-TASK-12: how often a task may be deferred by whom it asks for confirmation, and how many hours ahead each time. */
export interface DeferralPolicy {
  /** 0: not at all. */
  maxTimes: number;
  /** Absent: the default of `deferral-policy.ts`. */
  maxHours?: number;
}

/** R-DL-1, R-DL-3: how devices get the bytes. MQTT is for those without an HTTP client, and for one small file. */
export const DOWNLOAD_PROTOCOLS = ['HTTPS', 'MQTT'] as const;
export type DownloadProtocol = (typeof DOWNLOAD_PROTOCOLS)[number];

/** R-FLOW-3: which ways of delivery a batch allows for LwM2M devices; ANY: what the device can, and the other one once a pull did not start. */
export const BATCH_DELIVERIES = ['PULL', 'PUSH', 'ANY'] as const satisfies readonly (Delivery | 'ANY')[];
export type BatchDelivery = (typeof BATCH_DELIVERIES)[number];

/** R-BAT-17: goes to the device with each notification. */
export interface BatchTag {
  key: string;
  value: string;
}

export interface BatchPolicy {
  rate: RatePolicy;
  retry: RetryPolicy | null;
  /** R-TASK-4; null: none. */
  timeoutMinutes: number | null;
  /** R-TASK-8: tasks wait until somebody confirms them. Absent: no. */
  confirmation?: boolean;
  /** Only with confirmation. Absent: the defaults of `deferral-policy.ts`. */
  deferral?: DeferralPolicy;
  /** R-BAT-11: the devices' earlier tasks that have not begun give way to this batch's. Absent: no, a device keeps its task. */
  overridePrevious?: boolean;
  /** R-BAT-13: the device may run tasks of such batches for other modules at the same time. Absent: no. */
  multiModule?: boolean;
  /** R-BAT-7: false when nothing is pushed and devices have to ask; the rate then means nothing. Absent: true. */
  proactivePush?: boolean;
  /** Absent or null: failures never halt the batch. */
  halt?: HaltPolicy | null;
  /** Absent: HTTPS. */
  downloadProtocol?: DownloadProtocol;
  /** R-FLOW-3, of LwM2M devices: whether they are given an address or the file itself. Absent: ANY. */
  delivery?: BatchDelivery;
  /** R-FLOW-3, of LwM2M devices: the schemes of their addresses, each once. Absent: all that the installation has. */
  schemes?: DownloadScheme[];
  /** R-BAT-17. Absent: none. */
  tags?: BatchTag[];
}

/** R-BAT-11, and R-BAT-13: of one module, what has not begun gives way to what is newer also beside other modules. */
export const overrides = ({ policy }: Pick<Batch, 'policy'>): boolean => policy.overridePrevious === true || policy.multiModule === true;

/** R-BAT-2; more scopes join this union. */
export type BatchScope =
  | { kind: 'all' }
  | { kind: 'targeted'; deviceNames: string[] }
  | { kind: 'region'; province: string; city: string }
  /** R-BAT-4: a share of the devices that match and have room for a task, chosen by the seed: the same one chooses the same devices. */
  | { kind: 'phased'; percent: number; seed: string }
  /** R-DEV-3: with the groups that were below it when the batch was made. */
  | { kind: 'group'; groupId: string; groupIds: string[] }
  /** R-BAT-3: the devices of a checked file. */
  | { kind: 'list'; listId: string };

/** What the selection found: every matched device is in exactly one of the others. */
export interface SelectionSummary {
  matched: number;
  /** Tasks made, those that were at the target already included. */
  created: number;
  /** Devices with a version that the package does not upgrade from, or with none reported (R-PKG-6). Absent in batches of older versions. */
  skippedVersion?: number;
  /** Devices that speak a dialect in which they cannot be given what the batch brings: see `dialect-obstacle.ts`. Absent: none. */
  skippedDialect?: number;
  /** Devices that a phased batch leaves for later. Only there in a phased batch. */
  skippedPhase?: number;
  /** Devices that keep the active task they have (R-BAT-11). */
  skippedBusy: number;
  /** Devices that had the target already: they say nothing about the upgrade. Absent in batches of older versions. */
  atTarget?: number;
}

/** R-BAT-16: what an operator may change while a batch runs. */
export const EDITED_FIELDS = ['rate', 'tags', 'sourceVersions', 'timeoutMinutes', 'deferral'] as const;
export type EditedField = (typeof EDITED_FIELDS)[number];

export interface BatchEditRecord {
  at: Date;
  /** The API key. */
  by: string;
  fields: EditedField[];
}

/** That a batch has got another status. */
export interface BatchMoveRecord {
  at: Date;
  to: BatchStatus;
  /** The API key or person that asked for it. Absent: the platform by itself. */
  by?: string;
  /** The `statusReason` it had then. Absent: none. */
  reason?: string;
}

/** Failures with one cause. */
export interface CauseCount {
  cause: FailureCause;
  /** Tasks that have FAILED with it. */
  failed: number;
  /** Unfinished tasks whose last attempt failed with it. */
  failing: number;
}

export type StatusCounts = Record<TaskStatus, number>;

/** A batch's tasks by status, and what the statuses do not show. */
export interface TaskCounts extends StatusCounts {
  /** Of those that have not ended: their last attempt failed, and another one follows or is under way. */
  failing: number;
  /** Of those that succeeded: the device went back to its old version. */
  regressed: number;
}

/** R-BAT-6. */
export interface Schedule {
  startAt: Date;
  /** Whatever has not ended by then is ended; null: nothing is forced. */
  endAt: Date | null;
}

/** R-BAT-24: devices with an outcome. */
export interface Judged {
  succeeded: number;
  failed: number;
}

/** What is kept of the tasks of a batch that ended long ago, once they are removed. */
export interface RemovedTasks {
  /** From then on they go. */
  at: Date;
  /** As they were then. */
  counts: TaskCounts;
  /** R-RATE-2: devices that its variable rate has grown with; 0 where it did not grow. */
  reached: number;
  /** Failures by cause, as they were then. Absent in batches of older versions. */
  causes?: CauseCount[];
  /** When the last one had gone; absent before. */
  doneAt?: Date;
}

export interface Batch {
  _id: BatchId;
  name: string;
  productKey: string;
  packageId: string;
  module: string;
  targetVersion: string;
  /** Of the package, where it has several. */
  files?: number;
  kind: BatchKind;
  scope: BatchScope;
  /** Of a phased batch: how many devices it takes, fixed when they are first counted. */
  share?: number;
  /** Empty: any version (R-BAT-5). */
  sourceVersions: string[];
  /** The source versions are the package's, and nobody chose them. Absent in batches of older versions. */
  inheritsVersions?: boolean;
  policy: BatchPolicy;
  /** R-BAT-16: raised by each edit of the policy. Absent: 0. */
  policyRevision?: number;
  /** The last 50, oldest first. Absent: none. */
  edits?: BatchEditRecord[];
  /** The last `movesKept`, oldest first. Absent: none, or only of older versions. */
  moves?: BatchMoveRecord[];
  status: BatchStatus;
  /** Why the batch has failed or is held up, or ended without having pushed to anybody, in words for its user. */
  statusReason: string | null;
  selection: SelectionSummary | null;
  /** Whom the selection passed over, and why, where it left nobody to push to: the reason of its end. Absent: there was somebody. */
  passedOver?: string;
  /** Absent: it starts at once. */
  schedule?: Schedule;
  /** Of a dynamic batch. */
  base?: DynamicBase;
  /** R-BAT-12, of a dynamic batch: devices count with what they report after it was made. Absent: also with what they had reported. */
  newlyReportedOnly?: boolean;
  /** While a dynamic batch takes further devices; absent once its policy has been canceled, or it has ended. */
  matching?: true;
  /** Up to then it has looked for devices whose event was lost. */
  scannedAt?: Date;
  /** R-BAT-16: source versions that were added, and whose devices have not been looked for. */
  pendingVersions?: string[];
  /** When a halted batch was resumed: its threshold counts the outcomes since then. Absent: all. */
  judgedFrom?: Date;
  /** R-FLOW-2: its product asked for it when it was made; a result that says the target is confirmed by a version report. Absent: no. */
  confirmByQuery?: boolean;
  /** The caller's key for this creation, and what was asked with it. */
  idempotency: { key: string; inputHash: string } | null;
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Absent: its tasks are there. */
  removedTasks?: RemovedTasks;
  /** Set while it is being deleted: from then on it is in no list. */
  deletedAt?: Date | null;
}
