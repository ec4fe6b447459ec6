import { continueAsNew, patched, setHandler } from '@temporalio/workflow';
import { type Dialect, dialectOf } from '../../schema/model/protocol/dialect';
import type { UpgradeInput } from '../../schema/model/task/upgrade';
import { linkFlow } from './flows/link';
import { platformLedFlow } from './flows/platform-led';
import { Inbox } from './inbox';
import { endedSignal, reportSignal, type UpgradeMessage, waitingForQuery } from './messages';

/** Since when messages of another task that has ended are dropped, instead of continued in another run. */
const DROPS_MESSAGES = 'drops-mail-of-ended-tasks';

/** The course of an upgrade from its first report. */
const FLOWS: Record<Dialect, (input: UpgradeInput, inbox: Inbox) => Promise<void>> = {
  LINK: linkFlow,
  IOTDA: platformLedFlow,
  LWM2M: platformLedFlow,
};

/** One device upgrading one module, from its first reaction to the end of its task. */
export async function upgrade(input: UpgradeInput, handedOver: UpgradeMessage[] = []): Promise<void> {
  const inbox = new Inbox(input, handedOver, () => patched(DROPS_MESSAGES));
  setHandler(reportSignal, (message) => inbox.receive(message));
  setHandler(endedSignal, (taskId, attempt) => inbox.end(taskId, attempt));
  setHandler(waitingForQuery, () => inbox.waitingFor);

  await FLOWS[dialectOf(input)](input, inbox);

  // The device's next task began before this run was over.
  const [next] = inbox.ofOthers;
  if (next) await continueAsNew<typeof upgrade>(next.upgrade, inbox.ofOthers);
}
