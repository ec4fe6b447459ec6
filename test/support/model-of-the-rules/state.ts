import type { BatchStatus } from '../../../schema/model/batch/batch';
import type { FailureCause } from '../../../schema/model/task/failure-causes';
import type { TaskStatus } from '../../../schema/model/task/task';

/**
 * What the rules speak of, and nothing of how the product keeps it. Spans of time are two: what comes *soon* has come before anything
 * else happens, what comes *later* does not come while anybody looks.
 */
export interface Device {
  name: string;
  exists: boolean;
  online: boolean;
  /** Null until it reports one. */
  version: string | null;
}

export interface Firmware {
  version: string;
  /** R-PKG-6: the only versions it upgrades from; empty: any. */
  sources: readonly string[];
}

export interface Halt {
  failedCount: number | null;
  failedPercent: number | null;
  minimumJudged: number;
}

export interface NewBatch {
  firmware: Firmware;
  /** R-BAT-2, R-BAT-4: all devices, those named, or a share of all. */
  scope: 'all' | { names: readonly string[] } | { percent: number };
  /** R-BAT-5: empty: any. */
  sourceVersions: readonly string[];
  override: boolean;
  confirmation: boolean;
  proactivePush: boolean;
  retry: { after: 'at once' | 'soon' | 'later'; times: number } | null;
  timeout: 'soon' | 'later' | null;
  halt: Halt | null;
  start: 'now' | 'soon' | 'later';
}

export interface Batch extends NewBatch {
  /** Counts from 0: of two batches the one with the higher number is the newer. */
  number: number;
  status: BatchStatus;
}

export interface Task {
  batch: Batch;
  device: Device;
  /** The device's version when it was selected, or the first one it reported since. */
  source: string | null;
  status: TaskStatus;
  cause: FailureCause | null;
  attempt: number;
  /** The attempt from which retries are counted. */
  firstAttempt: number;
  /** The versions for which attempts have failed. */
  failedFor: string[];
  /** Whether it is to be notified, as soon as it can be. */
  due: boolean;
  /** Between attempts, until a retry that comes later. */
  waits: boolean;
  /** Of this attempt. */
  notifications: number;
  /** Of all attempts, those that the device asked for left out. */
  pushes: number;
  /** The device has shown in this attempt that it was notified. */
  reacted: boolean;
  /** The device has said in this attempt that its download is complete. */
  downloaded: boolean;
  /** Since the last notification of this attempt the device has connected, or started again. */
  cameBack: boolean;
  /** R-TASK-11: notifications of this attempt that followed such a thing. */
  renotifications: number;
  /** Somebody has confirmed it, or rejected it. */
  decided: 'confirmed' | 'rejected' | null;
  /** R-TASK-12: the times it was deferred until, the last one at the end. */
  deferrals: number[];
  /** R-BAT-24: what its last attempt that said something about the package has shown; null: none has, or it is forgiven. */
  judged: 'succeeded' | 'failed' | null;
  /** It left the target after its success: only the first time is on record. */
  hasLeft: boolean;
  /** That was to the version it had been upgraded from. */
  wentBack: boolean;
  /** In any of its attempts. */
  wasNotified: boolean;
}

export const isOpen = ({ status }: Task): boolean => !['SUCCEEDED', 'FAILED', 'CANCELED'].includes(status);
export const isLive = ({ status }: Batch): boolean => !['FINISHED', 'CANCELED', 'FAILED'].includes(status);
/** R-BAT-24: it was upgraded, and is back where it came from. */
export const hasGoneBack = ({ status, wentBack }: Task): boolean => status === 'SUCCEEDED' && wentBack;
