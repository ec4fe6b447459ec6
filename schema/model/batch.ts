import type { BatchId } from './ids';
import type { TaskStatus } from './task';

export const BATCH_STATUSES = ['STARTING', 'RUNNING', 'PAUSED', 'FINISHED', 'CANCELED', 'FAILED'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];
export const isLive = (status: BatchStatus): boolean => status === 'STARTING' || status === 'RUNNING' || status === 'PAUSED';

/** R-BAT-1; a verification (R-PKG-9) is a small batch that tries a package on chosen devices. */
export const BATCH_KINDS = ['static', 'verification'] as const;
export type BatchKind = (typeof BATCH_KINDS)[number];

/** R-RATE-1; the variable kind joins this union. */
export type RatePolicy = { kind: 'constant'; perMinute: number };

/** R-TASK-5. `maxRetries` counts pushes after the first. */
export interface RetryPolicy {
  intervalMinutes: number;
  maxRetries: number;
}

/** R-DL-1, R-DL-3: how devices get the bytes. MQTT is for those without an HTTP client, and for one small file. */
export const DOWNLOAD_PROTOCOLS = ['HTTPS', 'MQTT'] as const;
export type DownloadProtocol = (typeof DOWNLOAD_PROTOCOLS)[number];

export interface BatchPolicy {
  rate: RatePolicy;
  retry: RetryPolicy | null;
  /** R-TASK-4; null: none. */
  timeoutMinutes: number | null;
  /** Absent: HTTPS. */
  downloadProtocol?: DownloadProtocol;
}

/** R-BAT-2; more scopes join this union. */
export type BatchScope = { kind: 'all' } | { kind: 'targeted'; deviceNames: string[] };

/** What the selection found: every matched device is in exactly one of the others. */
export interface SelectionSummary {
  matched: number;
  /** Tasks made, those that were at the target already included. */
  created: number;
  /** Devices with a version that the package does not upgrade from, or with none reported (R-PKG-6). Absent in batches of older versions. */
  skippedVersion?: number;
  /** Devices that keep the active task they have (R-BAT-11). */
  skippedBusy: number;
}

export type StatusCounts = Record<TaskStatus, number>;

export interface Batch {
  _id: BatchId;
  name: string;
  productKey: string;
  packageId: string;
  module: string;
  targetVersion: string;
  kind: BatchKind;
  scope: BatchScope;
  /** Empty: any version (R-BAT-5). */
  sourceVersions: string[];
  /** The source versions are the package's, and nobody chose them. Absent in batches of older versions. */
  inheritsVersions?: boolean;
  policy: BatchPolicy;
  status: BatchStatus;
  /** Why the batch has failed or is held up, in words for its user. */
  statusReason: string | null;
  selection: SelectionSummary | null;
  /** The caller's key for this creation, and what was asked with it. */
  idempotency: { key: string; inputHash: string } | null;
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
}
