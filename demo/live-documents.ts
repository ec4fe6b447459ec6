import type { BatchStatus } from '../schema/model/batch/batch';
import type { TaskStatus } from '../schema/model/task/task';
import type { WaitingFor } from '../schema/model/task/waiting-for';

/** A task as the API shows it, as far as the demo looks. */
export interface TaskView {
  deviceName: string;
  status: TaskStatus;
  waitingFor: WaitingFor | null;
  progress: number | null;
  attempt: number;
  attempts: { number: number; cause: { code: string } }[];
  cause: { code: string } | null;
  /** ISO 8601. */
  updatedAt: string;
}

export interface CountsView {
  total: number;
  unconfirmed: number;
  queued: number;
  notified: number;
  inProgress: number;
  succeeded: number;
  failed: number;
  canceled: number;
  /** Of those that have not ended. */
  failing: number;
  /** Of those that succeeded. */
  regressed: number;
}

export interface ProgressView {
  batch: { status: BatchStatus; statusReason: string | null };
  counts: CountsView;
  rate: { asked: number; reached: number };
}

const TASK = 'deviceName status waitingFor progress attempt attempts { number cause { code } } cause { code } updatedAt';

export const BATCH_PROGRESS = `subscription ($batchId: ID!, $after: String) {
  batchProgress(batchId: $batchId, after: $after) {
    __typename
    ... on BatchProgress {
      cursor
      batch { status statusReason }
      counts { total unconfirmed queued notified inProgress succeeded failed canceled failing regressed }
      rate { asked reached }
    }
    ... on Resync { cursor }
  }
}`;

export const TASK_CHANGES = `subscription ($batchId: ID!, $after: String) {
  taskChanges(filter: { batchId: $batchId }, after: $after) {
    __typename
    ... on TaskChange { cursor dropped task { ${TASK} } }
    ... on Resync { cursor }
  }
}`;

export const TASKS = `query ($batchId: ID!, $after: String) {
  tasks(filter: { batchId: $batchId }, first: 100, after: $after) {
    edges { node { ${TASK} } }
    pageInfo { hasNextPage endCursor }
  }
}`;
