import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchPolicy, RatePolicy } from '../../schema/model/batch/batch';
import type { BatchId } from '../../schema/model/ids';
import type { WhichTasks } from '../../schema/model/task/cancel';
import type { DueNow } from '../../schema/model/task/due';

/** R-BAT-6, epoch milliseconds. */
export interface BatchTimes {
  startAt: number;
  endAt: number | null;
}

export interface BatchInput {
  batchId: BatchId;
  /** Length of a minute in milliseconds: 60,000 save in tests. */
  minuteMs: number;
  /** What a run hands to the next when it continues as new; null in the first. */
  carried: {
    policy: BatchPolicy;
    policyRevision?: number;
    paused: boolean;
    schedule?: BatchTimes | null;
    waiting?: boolean;
    matching?: boolean;
  } | null;
}

/** Something is due or has settled. */
export const wakeBatchSignal = defineSignal('wakeBatch');

/** Each answers when its effect is certain, with the number of tasks it ended. */
export const pauseBatchUpdate = defineUpdate<number>('pauseBatch');
export const resumeBatchUpdate = defineUpdate<number>('resumeBatch');
export const cancelBatchUpdate = defineUpdate<number>('cancelBatch');
export const cancelTasksUpdate = defineUpdate<number, [WhichTasks]>('cancelTasks');

/** R-BAT-18: a dynamic batch takes no further devices. */
export const endMatchingUpdate = defineUpdate<number>('endMatching');
/** R-BAT-16: a dynamic batch looks for devices that it missed, or that its edited policy is for. */
export const scanBatchUpdate = defineUpdate<number>('scanBatch');

export const batchPhaseQuery = defineQuery<string>('batchPhase');

/** What a look at the store finds. */
export interface DueTasks extends DueNow {
  /** The rate as it is now, and of which edit (R-BAT-16). Absent in histories of older versions, in which it never changed. */
  rate?: RatePolicy;
  policyRevision?: number;
}
