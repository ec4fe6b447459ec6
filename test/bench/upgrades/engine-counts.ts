import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

/** Of one history. */
export interface HistoryCounts {
  events: number;
  workflowTasks: number;
  signals: number;
  /** Scheduled with the server. */
  activities: number;
  /** Run within a workflow task: a marker each. */
  localActivities: number;
  timers: number;
  /** Of those, how many have fired. */
  fired: number;
}

const SAMPLES = 20;
const LISTED_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 500;

/** What an upgrade of a device of that product costs the engine: the mean of some histories that have ended. */
export async function historyCounts(address: string, productKey: string): Promise<HistoryCounts> {
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection });
    const query = `WorkflowType = 'upgrade' AND ExecutionStatus = 'Completed' AND WorkflowId STARTS_WITH 'upgrade/${productKey}.'`;
    const counted: HistoryCounts[] = [];
    // What has ended is listed a little later.
    for (const until = Date.now() + LISTED_WITHIN_MS; counted.length === 0 && Date.now() < until; await delay(LOOK_EVERY_MS)) {
      for await (const { workflowId, runId } of workflow.list({ query, pageSize: SAMPLES })) {
        const { events } = await workflow.getHandle(workflowId, runId).fetchHistory();
        counted.push(countsOf(events ?? []));
        if (counted.length >= SAMPLES) break;
      }
    }
    return meanOf(counted);
  } finally {
    await connection.close();
  }
}

type Event = temporal.api.history.v1.IHistoryEvent;

export function countsOf(events: readonly Event[]): HistoryCounts {
  const having = (attributes: keyof Event): number => events.filter((event) => event[attributes] != null).length;
  return {
    events: events.length,
    workflowTasks: having('workflowTaskCompletedEventAttributes'),
    signals: having('workflowExecutionSignaledEventAttributes'),
    activities: having('activityTaskScheduledEventAttributes'),
    localActivities: having('markerRecordedEventAttributes'),
    timers: having('timerStartedEventAttributes'),
    fired: having('timerFiredEventAttributes'),
  };
}

/** Zeroes without any. */
export function meanOf(counted: readonly HistoryCounts[]): HistoryCounts {
  const mean = { ...NONE };
  for (const name of Object.keys(NONE) as (keyof HistoryCounts)[])
    mean[name] = counted.reduce((sum, counts) => sum + counts[name], 0) / Math.max(1, counted.length);
  return mean;
}

const NONE: HistoryCounts = { events: 0, workflowTasks: 0, signals: 0, activities: 0, localActivities: 0, timers: 0, fired: 0 };
