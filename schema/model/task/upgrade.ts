import type { BatchPolicy } from '../batch/batch';
import type { BatchId, DeviceId, TaskId } from '../ids';
import type { Dialect } from '../protocol/dialect';
import type { FailureCause } from './failure-causes';

/** What an upgrade workflow is started with: plain JSON, times as epoch milliseconds. */
export interface UpgradeInput {
  taskId: TaskId;
  batchId: BatchId;
  deviceId: DeviceId;
  module: string;
  attempt: number;
  /** The attempt its retries are counted from; absent: 1. */
  firstAttempt?: number;
  retry: BatchPolicy['retry'];
  timeoutMinutes: BatchPolicy['timeoutMinutes'];
  /** When the device first reported progress of this task, null before. */
  firstProgressAt: number | null;
  /** Length of a minute in milliseconds: 60,000 save in tests. */
  minuteMs: number;
  /** Absent: LINK. */
  dialect?: Dialect;
  /** Of a platform-led upgrade: when it looks into the store first, in minutes. The name is older than dialects whose first wait is another one. */
  versionMinutes?: number;
}

/** What moves an upgrade. Progress percent does not: it goes to MongoDB only. */
export type UpgradeReport =
  | { kind: 'progress'; at: number }
  | { kind: 'failed'; attempt: number; cause: FailureCause; text: string | null }
  /** Look at the store: something may have been missed. `attempt`: the one that is about to begin there. */
  | { kind: 'check'; attempt?: number };
