import { Client, Connection } from '@temporalio/client';

export interface HistoryCounts {
  /** Of the samples looked at, the mean of each. */
  events: number;
  workflowTasks: number;
  signals: number;
  timers: number;
}

const SAMPLES = 20;

/** What an upgrade costs the engine: the histories of some that have ended. */
export async function historyCounts(address: string): Promise<HistoryCounts> {
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection });
    const totals = { events: 0, workflowTasks: 0, signals: 0, timers: 0 };
    let seen = 0;
    for await (const { workflowId, runId } of workflow.list({
      query: "WorkflowType = 'upgrade' AND ExecutionStatus = 'Completed'",
      pageSize: SAMPLES,
    })) {
      const { events } = await workflow.getHandle(workflowId, runId).fetchHistory();
      totals.events += events?.length ?? 0;
      for (const event of events ?? []) {
        if (event.workflowTaskCompletedEventAttributes) totals.workflowTasks += 1;
        if (event.workflowExecutionSignaledEventAttributes) totals.signals += 1;
        if (event.timerStartedEventAttributes) totals.timers += 1;
      }
      seen += 1;
      if (seen >= SAMPLES) break;
    }
    const mean = (total: number): number => (seen === 0 ? 0 : total / seen);
    return {
      events: mean(totals.events),
      workflowTasks: mean(totals.workflowTasks),
      signals: mean(totals.signals),
      timers: mean(totals.timers),
    };
  } finally {
    await connection.close();
  }
}
