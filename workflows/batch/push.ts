import { ActivityFailure, proxyActivities, proxyLocalActivities, TimeoutFailure } from '@temporalio/workflow';
import { gatewayQueue } from '../../schema/model/ids';
import type { PushWindow } from '../../schema/model/push-rate';
import type { BatchActivities } from './activities';
import type { GatewayActivities } from './gateway-activities';
import type { BatchInput, DueGroup, DueTasks } from './messages';
import { startUpgrades } from './start-upgrades';

const { gatewayLost } = proxyLocalActivities<Pick<BatchActivities, 'gatewayLost'>>({ startToCloseTimeout: '30s' });

/** A gateway that gives no sign for so long counts as gone. */
const PATIENCE_MINUTES = 0.25;
const LEAST_PATIENCE_MS = 15_000;

/**
 * Pushes what is due, on each gateway its share and all at the batch's rate. A gateway that has gone is noted, so that its devices
 * count as off-line until they connect somewhere; any other failure leaves the tasks due for the next window, and is answered in words.
 */
export async function pushDue({ batchId, minuteMs }: BatchInput, due: DueTasks, { intervalMs }: PushWindow): Promise<string | null> {
  const total = due.groups.reduce((sum, group) => sum + sizeOf(group), 0);
  const patience = Math.max(minuteMs * PATIENCE_MINUTES, LEAST_PATIENCE_MS);
  const failures = await Promise.all(
    due.groups.map(async (group) => {
      const { gatewayId, taskIds, asked, starting = [] } = group;
      const share = sizeOf(group) / total;
      const { offerTasks } = proxyActivities<GatewayActivities>({
        taskQueue: gatewayQueue(gatewayId),
        scheduleToStartTimeout: patience,
        startToCloseTimeout: Math.ceil(intervalMs * total) * 3 + 60_000,
        heartbeatTimeout: Math.ceil(intervalMs / share) * 2 + patience,
        retry: { maximumAttempts: 2 },
      });
      try {
        const offer = { batchId, taskIds, ...(asked && { asked }), intervalMs: intervalMs / share, policyRevision: due.policyRevision };
        // Side by side, or the rate would wait for the engine: an answer that needs a workflow which is not there yet starts it itself.
        await Promise.all([startUpgrades(starting), offerTasks(offer)]);
        return null;
      } catch (error) {
        if (!(error instanceof ActivityFailure)) throw error;
        if (!neverStarted(error)) return `Gateway ${gatewayId} could not push: ${error.cause?.message ?? error.message}`;
        // Histories of before have no answer.
        return (await gatewayLost(gatewayId)) ?? null;
      }
    }),
  );
  return failures.find((failure) => failure !== null) ?? null;
}

const sizeOf = ({ taskIds, asked = [] }: DueGroup): number => taskIds.length + asked.length;

function neverStarted(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
}
