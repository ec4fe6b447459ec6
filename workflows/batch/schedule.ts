import {
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { WINDOW_CLOSED } from '../../schema/model/batch/batch';
import type { BatchActivities } from './activities';
import type { BatchControl } from './control';
import type { BatchInput, BatchTimes } from './messages';

const { setBatchStatus } = proxyLocalActivities<BatchActivities>({ startToCloseTimeout: '30s' });
const { cancelBatchTasks } = proxyActivities<BatchActivities>({ startToCloseTimeout: '1h', heartbeatTimeout: '30s' });

const until = (at: number): number => Math.max(1, at - Date.now());

/**
 * R-BAT-6: sleeps until the start; false when it has to continue as new before, because connecting devices have made its history long.
 */
export async function untilStart({ batchId }: BatchInput, { startAt }: BatchTimes, control: BatchControl): Promise<boolean> {
  control.phase = 'scheduled';
  control.scheduled = true;
  const woken = await condition(() => control.over || workflowInfo().continueAsNewSuggested, until(startAt));
  if (woken && !control.over) return false;
  if (!control.over) await setBatchStatus(batchId, 'RUNNING', null);
  control.scheduled = false;
  return true;
}

export interface Closing {
  /** The batch has ended by itself, or goes on in another run. */
  calledOff(): void;
  /** At the scheduled end: returns when every task has ended. */
  finished(): Promise<void>;
}

/** R-BAT-6: at the end nothing leaves any more, and what has not ended is ended; the batch is finished. */
export function closesAt({ batchId }: BatchInput, endAt: number, control: BatchControl): Closing {
  const scope = new CancellationScope();
  const closing = scope
    .run(async () => {
      await sleep(until(endAt));
      if (control.canceled) return;
      control.closed = true;
      // The status is what each push looks at first: after the one under way, none leaves.
      await CancellationScope.nonCancellable(() => setBatchStatus(batchId, 'FINISHED', WINDOW_CLOSED));
    })
    .catch((error) => {
      if (!isCancellation(error)) throw error;
    });
  return {
    calledOff: () => scope.cancel(),
    async finished() {
      await closing;
      control.phase = 'finishing';
      await cancelBatchTasks(batchId, 'CAMPAIGN_WINDOW_CLOSED');
    },
  };
}
