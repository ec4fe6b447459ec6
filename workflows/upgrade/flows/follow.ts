import { condition } from '@temporalio/workflow';
import type { UpgradeReport } from '../../../schema/model/task/upgrade';
import type { Inbox } from '../inbox';

/** An upgrade as its flow sees it: what it waits for, how long, and what it makes of reports and of silence. */
export interface Followed {
  readonly isOver: boolean;
  readonly waitingFor: string;
  /** Milliseconds to wait for the next report. */
  readonly timeout: number;
  onReport(report: UpgradeReport): Promise<void>;
  onSilence(): Promise<void>;
  /** Messages of the device's other tasks have come. */
  onOthersMessages(inbox: Inbox): Promise<void>;
}

/** Reports in their order, and silence, until the upgrade is over or its task has ended in the store. */
export async function follow(upgrade: Followed, inbox: Inbox): Promise<void> {
  while (!inbox.hasEnded && !upgrade.isOver) {
    inbox.waitingFor = upgrade.waitingFor;
    const heard = await condition(() => inbox.hasMessages, upgrade.timeout);
    const report = inbox.take();
    if (report) await upgrade.onReport(report);
    else if (!heard) await upgrade.onSilence();
    else if (inbox.ofOthers.length > 0) await upgrade.onOthersMessages(inbox);
  }
}
