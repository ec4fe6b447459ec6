import { preciseNow } from '../../support/devices/device-events';
import type { FleetReport } from '../../support/devices/fleet-messages';
import type { ApiClient } from '../api-client';
import { type Quantiles, quantilesOf } from '../statistics';

/** From a device's report to the subscriber, milliseconds. */
export interface Latencies {
  firstProgress: Quantiles | null;
  success: Quantiles | null;
  /** Both together. */
  all: Quantiles | null;
  taskEvents: number;
  progressEvents: number;
  /** Changes that a later one of the same task has overtaken on the way to this reader, and changes it never got. */
  skipped: number;
  dropped: number;
}

export interface Watch {
  /** What devices did, from the fleet's process. */
  onReports(reports: readonly FleetReport[]): void;
  /** Of the devices of one batch, told by the beginning of their names. Call it when both sides have been heard. */
  latencies(namePrefix: string): Latencies;
  /** Follows a batch until it is FINISHED; rejects after `withinMs`, and when it ends otherwise. */
  finished(batchId: string, withinMs: number): Promise<void>;
  stop(): void;
}

interface Seen {
  firstProgress?: number;
  success?: number;
}

interface TaskChanges {
  taskChanges:
    | { __typename: 'TaskChange'; skipped: number; dropped: number; task: { deviceName: string; status: string } }
    | { __typename: 'Resync' };
}

const TASK_CHANGES = `subscription {
  taskChanges(filter: { statuses: [IN_PROGRESS, SUCCEEDED, FAILED, CANCELED] }) {
    __typename ... on TaskChange { skipped dropped task { deviceName status progress } }
  }
}`;
const BATCH_PROGRESS = `subscription ($batchId: ID!) {
  batchProgress(batchId: $batchId) {
    __typename ... on BatchProgress { batch { status } counts { queued notified inProgress succeeded failed canceled } rate { reached } }
  }
}`;

/** A frontend's view: everything that changes, and when it arrived. `onFailed` hears of an end of the subscription. */
export function watchTasks(api: ApiClient, onFailed: (error: unknown) => void): Watch {
  const reported = new Map<string, Seen>();
  const arrived = new Map<string, Seen>();
  let taskEvents = 0;
  let progressEvents = 0;
  let skipped = 0;
  let dropped = 0;

  const note = (seen: Map<string, Seen>, deviceName: string, what: keyof Seen, at: number): void => {
    const entry = seen.get(deviceName) ?? {};
    entry[what] ??= at;
    seen.set(deviceName, entry);
  };
  const stop = api.subscribe<TaskChanges>(
    TASK_CHANGES,
    {},
    ({ taskChanges: change }) => {
      const at = preciseNow();
      if (change.__typename !== 'TaskChange') return onFailed(new Error('The subscriber was told to query again'));
      taskEvents += 1;
      skipped += change.skipped;
      dropped += change.dropped;
      // When a later state overtook IN_PROGRESS, it is what the subscriber learned of it by.
      note(arrived, change.task.deviceName, 'firstProgress', at);
      if (change.task.status === 'SUCCEEDED') note(arrived, change.task.deviceName, 'success', at);
    },
    onFailed,
  );

  return {
    onReports(reports) {
      for (const [deviceName, kind, at, value] of reports) {
        if (kind === 'progress') note(reported, deviceName, 'firstProgress', at);
        // The version that a device begins with is told before it is notified.
        else if (kind === 'version' && value !== FIRST_VERSION) note(reported, deviceName, 'success', at);
      }
    },

    latencies(namePrefix) {
      const between = (what: keyof Seen): number[] =>
        [...reported].flatMap(([deviceName, { [what]: from }]) => {
          const to = deviceName.startsWith(namePrefix) ? arrived.get(deviceName)?.[what] : undefined;
          return from === undefined || to === undefined ? [] : [to - from];
        });
      const [firstProgress, success] = [between('firstProgress'), between('success')];
      return {
        firstProgress: quantilesOf(firstProgress),
        success: quantilesOf(success),
        all: quantilesOf([...firstProgress, ...success]),
        taskEvents,
        progressEvents,
        skipped,
        dropped,
      };
    },

    finished: (batchId, withinMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => end(new Error(`The batch has not ended within ${Math.round(withinMs / 1_000)} s.`)), withinMs);
        const unsubscribe = api.subscribe<{ batchProgress: { __typename: string; batch?: { status: string } } }>(
          BATCH_PROGRESS,
          { batchId },
          ({ batchProgress }) => {
            progressEvents += 1;
            const status = batchProgress.batch?.status;
            if (status === 'FINISHED') end();
            else if (status === 'CANCELED' || status === 'FAILED') end(new Error(`The batch is ${status}.`));
          },
          (error) => end(error),
        );
        function end(error?: unknown): void {
          clearTimeout(timer);
          unsubscribe();
          if (error === undefined) resolve();
          else reject(error);
        }
      }),

    stop,
  };
}

export const FIRST_VERSION = '1.0.0';
