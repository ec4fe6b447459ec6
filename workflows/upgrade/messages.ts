import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { TaskId } from '../../schema/model/ids';
import type { UpgradeInput, UpgradeReport } from '../../schema/model/task/upgrade';

/** A report and whose it is: the workflow of a device and module may still be that of an earlier task. */
export interface UpgradeMessage {
  upgrade: UpgradeInput;
  report: UpgradeReport;
}

/** The task has ended in the store, with this attempt: succeeded, canceled or removed. Senders of older versions don't say with which. */
export const endedSignal = defineSignal<[TaskId, attempt?: number]>('ended');

/** Through signal-with-start: the first report starts the workflow. */
export const reportSignal = defineSignal<[UpgradeMessage]>('report');

/** What the upgrade waits for, in words. */
export const waitingForQuery = defineQuery<string>('waitingFor');
