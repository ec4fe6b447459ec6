import { condition, proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { WhichTasks } from '../../schema/model/task/cancel';
import type { BatchActivities } from './activities';
import { refuseIfOver } from './commands';
import type { BatchControl } from './control';
import { type BatchInput, cancelTasksUpdate } from './messages';

const { setBatchStatus } = proxyLocalActivities<BatchActivities>({ startToCloseTimeout: '30s' });
const { cancelSomeTasks } = proxyActivities<BatchActivities>({ startToCloseTimeout: '1h', heartbeatTimeout: '30s' });

/** R-BAT-18: ends some of the tasks; the batch goes on with the others. No push begins meanwhile, and one that is under way is waited for. */
export function handleCancelTasks({ batchId }: BatchInput, control: BatchControl): void {
  setHandler(
    cancelTasksUpdate,
    async (which: WhichTasks) => {
      control.holds += 1;
      try {
        await condition(() => control.selected);
        const { canceled, open } = await cancelSomeTasks(batchId, which);
        await condition(() => !control.busy);
        if (!open && control.scheduled && !control.over) await endUnstarted(batchId, control);
        return canceled;
      } finally {
        control.holds -= 1;
        control.wake();
      }
    },
    { validator: (_: WhichTasks) => refuseIfOver(control) },
  );
}

/** Nothing is left to wait for the start with. */
async function endUnstarted(batchId: string, control: BatchControl): Promise<void> {
  control.canceled = true;
  control.phase = 'canceling';
  await setBatchStatus(batchId, 'CANCELED', null);
}
