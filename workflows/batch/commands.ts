import { ApplicationFailure, condition, patched, proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { BatchActivities } from './activities';
import type { BatchControl } from './control';
import { type BatchInput, cancelBatchUpdate, pauseBatchUpdate, resumeBatchUpdate } from './messages';

const { setBatchStatus, isHalted } = proxyLocalActivities<BatchActivities>({ startToCloseTimeout: '30s' });
const { cancelBatchTasks } = proxyActivities<BatchActivities>({ startToCloseTimeout: '1h', heartbeatTimeout: '30s' });

const NOT_STARTED = 'The batch has not started yet.';
const HELD = 'The batch is paused, or has halted, already.';
const NOT_HELD = 'The batch is not paused, nor has it halted.';

/** Pause, resume and cancel as updates: refused at once by a synchronous validator, answered when their effect is certain. */
export function handleCommands({ batchId }: BatchInput, control: BatchControl): void {
  setHandler(
    pauseBatchUpdate,
    async () => {
      control.paused = true;
      if (control.mayHalt && patched('halts-at-any-time') && (await isHalted(batchId))) {
        control.halt();
        refuseIf(true, HELD);
      }
      // The status is what each push looks at first: after the one under way, none leaves.
      await setBatchStatus(batchId, 'PAUSED', null);
      await condition(() => control.selected && !control.busy);
      // The validator could not know while the devices were being selected.
      if (control.scheduled) control.paused = false;
      refuseIf(control.scheduled, NOT_STARTED);
      return 0;
    },
    {
      validator: () => refuseIfOver(control) ?? refuseIf(control.scheduled, NOT_STARTED) ?? refuseIf(control.paused, HELD),
    },
  );
  setHandler(
    resumeBatchUpdate,
    async () => {
      // A failure has halted it, and the news is on its way here.
      if (!control.paused) refuseIf(!(await isHalted(batchId)), NOT_HELD);
      await setBatchStatus(batchId, 'RUNNING', null);
      control.resume();
      return 0;
    },
    {
      validator: () =>
        refuseIfOver(control) ?? refuseIf(control.scheduled, NOT_STARTED) ?? refuseIf(!control.paused && !control.mayHalt, NOT_HELD),
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
    { validator: () => refuseIfOver(control) },
  );
}

export function refuseIfOver({ canceled, closed }: BatchControl): void {
  refuseIf(canceled, 'The batch is being canceled already.');
  refuseIf(closed, 'The scheduled end of the batch has come.');
}

/** The type is the code that the API shows its caller. */
function refuseIf(refused: boolean, message: string): void {
  if (refused) throw ApplicationFailure.nonRetryable(message, 'BATCH_STATE');
}
