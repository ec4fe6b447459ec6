import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, startChild } from '@temporalio/workflow';
import { upgradeWorkflowId } from '../../schema/model/ids';
import type { UpgradeInput } from '../../schema/model/task/upgrade';
import { reportSignal, type UpgradeMessage } from '../upgrade/messages';
import type { upgrade } from '../upgrade/workflow';

/** Larger waves cost the engine more for each. */
const WAVE = 50;
/** Between "it runs" and "it has ended" a workflow may end; twice in a row is a coincidence too many. */
const TRIES = 3;

/** R-FLOW-2: the workflows of platform-led upgrades, which go on without the batch. Each runs when this returns. */
export async function startUpgrades(inputs: readonly UpgradeInput[]): Promise<void> {
  for (let from = 0; from < inputs.length; from += WAVE) await Promise.all(inputs.slice(from, from + WAVE).map(startOne));
}

/** Has upgrades look into the store: they may have nothing to wait for. One that has ended already is no error. */
export async function letLook(inputs: readonly UpgradeInput[]): Promise<void> {
  const look = (input: UpgradeInput) =>
    isTold(upgradeWorkflowId(input.deviceId, input.module), { upgrade: input, report: { kind: 'check' } });
  for (let from = 0; from < inputs.length; from += WAVE) await Promise.all(inputs.slice(from, from + WAVE).map(look));
}

async function startOne(input: UpgradeInput): Promise<void> {
  const workflowId = upgradeWorkflowId(input.deviceId, input.module);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      await startChild<typeof upgrade>('upgrade', {
        workflowId,
        args: [input],
        parentClosePolicy: 'ABANDON',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
      return;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    // That of an earlier attempt or task: it goes on with this one.
    const report = { kind: 'check' as const, attempt: input.attempt };
    if (await isTold(workflowId, { upgrade: input, report })) return;
  }
}

async function isTold(workflowId: string, message: UpgradeMessage): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(reportSignal, message);
    return true;
  } catch {
    return false;
  }
}
