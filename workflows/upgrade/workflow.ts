import { continueAsNew, setHandler } from '@temporalio/workflow';
import type { UpgradeInput } from '../../schema/model/upgrade';
import { iotdaFlow } from './flows/iotda';
import { linkFlow } from './flows/link';
import { Inbox } from './inbox';
import { endedSignal, reportSignal, type UpgradeMessage, waitingForQuery } from './messages';

/** One device upgrading one module, from its first reaction to the end of its task. */
export async function upgrade(input: UpgradeInput, handedOver: UpgradeMessage[] = []): Promise<void> {
  const inbox = new Inbox(input.taskId, handedOver);
  setHandler(reportSignal, (message) => inbox.receive(message));
  setHandler(endedSignal, (taskId) => inbox.end(taskId));
  setHandler(waitingForQuery, () => inbox.waitingFor);

  await (input.dialect === 'IOTDA' ? iotdaFlow : linkFlow)(input, inbox);

  // The device's next task began before this run was over.
  const [next] = inbox.ofOthers;
  if (next) await continueAsNew<typeof upgrade>(next.upgrade, inbox.ofOthers);
}
