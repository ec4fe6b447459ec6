import { ActivityFailure, patched, proxyActivities, proxyLocalActivities, TimeoutFailure } from '@temporalio/workflow';
import { gatewayQueue } from '../../schema/model/ids';
import type { DueGroup } from '../../schema/model/task/due';
import type { UpgradeInput } from '../../schema/model/task/upgrade';
import type { BatchActivities } from './activities';
import type { GatewayActivities } from './gateway-activities';
import type { BatchInput, DueTasks } from './messages';
import { letLook, startUpgrades } from './start-upgrades';

const { gatewayLost, findUnasked } = proxyLocalActivities<Pick<BatchActivities, 'gatewayLost' | 'findUnasked'>>({
  startToCloseTimeout: '30s',
});

/** Since when upgrades are told that their devices were not asked: asked for where that has happened. */
const ENDS_UNASKED = 'ends-unasked-upgrades';

/** A gateway that gives no sign for so long counts as gone. */
const TIMEOUT_MINUTES = 0.25;
const LEAST_TIMEOUT_MS = 15_000;

export const sizeOf = ({ taskIds, asked = [] }: DueGroup): number => taskIds.length + asked.length;

/**
 * Pushes what is due at one gateway, at its share of the batch's rate. A gateway that has gone is noted, so that its devices count as
 * off-line until they connect somewhere; any other failure leaves the tasks due, and is answered in words.
 */
export async function pushAt(
  { batchId, minuteMs }: BatchInput,
  { policyRevision }: Pick<DueTasks, 'policyRevision'>,
  { gatewayId, taskIds, asked, starting = [] }: DueGroup,
  intervalMs: number,
  apart: boolean,
): Promise<string | null> {
  const timeout = Math.max(minuteMs * TIMEOUT_MINUTES, LEAST_TIMEOUT_MS);
  const { offerTasks } = proxyActivities<GatewayActivities>({
    taskQueue: gatewayQueue(gatewayId),
    scheduleToStartTimeout: timeout,
    startToCloseTimeout: Math.ceil(intervalMs * (taskIds.length + (asked?.length ?? 0))) * 3 + 60_000,
    heartbeatTimeout: timeout,
    // One that fell silent is not asked again: its devices would wait for another time-out.
    retry: { maximumAttempts: 2, nonRetryableErrorTypes: ['TemporalTimeout:Heartbeat', 'TemporalTimeout:StartToClose'] },
  });
  let started = Promise.resolve();
  try {
    const share = { batchId, taskIds, ...(asked && { asked }), intervalMs, policyRevision };
    // Side by side, or the rate would wait for the engine: an answer that needs a workflow which is not there yet starts it itself.
    started = startUpgrades(starting);
    const [, pushed] = await Promise.all([started, offerTasks(share)]);
    if (pushed < sizeOf({ gatewayId, taskIds, asked })) await endUnasked(starting, started);
    return null;
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    await endUnasked(starting, started);
    if (!isSilent(error, apart)) return `Gateway ${gatewayId} could not push: ${error.cause?.message ?? error.message}`;
    // Histories of before have no answer.
    return (await gatewayLost(gatewayId, Date.now() - timeout)) ?? null;
  }
}

/** The upgrades of devices that were not asked after all, because the batch was stopped, or they have gone, have nothing to wait for. */
async function endUnasked(starting: readonly UpgradeInput[], started: Promise<void>): Promise<void> {
  if (starting.length === 0 || !patched(ENDS_UNASKED)) return;
  await started;
  const unasked = new Set(await findUnasked(starting.map(({ taskId }) => taskId)));
  await letLook(starting.filter(({ taskId }) => unasked.has(taskId)));
}

/** It took nothing, or fell silent. Batches that began before gateways were pushed to apart waited for another try of the second kind. */
function isSilent({ cause }: ActivityFailure, apart: boolean): boolean {
  if (!(cause instanceof TimeoutFailure)) return false;
  return cause.timeoutType === 'SCHEDULE_TO_START' || (apart && cause.timeoutType === 'HEARTBEAT');
}
