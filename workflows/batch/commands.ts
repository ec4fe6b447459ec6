import { ApplicationFailure, condition, proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { BatchActivities } from './activities';
import type { BatchControl } from './control';
import { type BatchInput, cancelBatchUpdate, pauseBatchUpdate, resumeBatchUpdate } from './messages';

const { setBatchStatus } = proxyLocalActivities<BatchActivities>({ startToCloseTimeout: '30s' });
const { cancelBatchTasks } = proxyActivities<BatchActivities>({ startToCloseTimeout: '1h', heartbeatTimeout: '30s' });

/** Pause, resume and cancel as updates: refused at once by a synchronous validator, answered when their effect is certain. */
export function handleCommands({ batchId }: BatchInput, control: BatchControl): void {
  setHandler(
    pauseBatchUpdate,
    async () => {
      control.paused = true;
      // The status is what each push looks at first: after the one under way, none leaves.
      await setBatchStatus(batchId, 'PAUSED', null);
      await condition(() => !control.busy);
      return 0;
    },
    {
      validator: () =>
        refuseIf(control.canceled, 'The batch is being canceled.') ?? refuseIf(control.paused, 'The batch is paused already.'),
    },
  );
  setHandler(
    resumeBatchUpdate,
    async () => {
      await setBatchStatus(batchId, 'RUNNING', null);
      control.paused = false;
      return 0;
    },
    {
      validator: () => refuseIf(control.canceled, 'The batch is being canceled.') ?? refuseIf(!control.paused, 'The batch is not paused.'),
    },
  );
  setHandler(
    cancelBatchUpdate,
    async () => {
      control.canceled = true;
      control.phase = 'canceling';
      await setBatchStatus(batchId, 'CANCELED', null);
      await condition(() => !control.busy);
      return cancelBatchTasks(batchId);
    },
    { validator: () => refuseIf(control.canceled, 'The batch is being canceled already.') },
  );
}

/** The type is the code that the API shows its caller. */
function refuseIf(refused: boolean, message: string): void {
  if (refused) throw ApplicationFailure.nonRetryable(message, 'BATCH_STATE');
}
