import { condition, defineSignal, proxySinks, type Sinks, setHandler, workflowInfo } from '@temporalio/workflow';

/** Tells the measuring process that a workflow is done, at no cost to the engine. */
export interface BareSinks extends Sinks {
  bench: { ended(workflowId: string): void };
}

const { bench } = proxySinks<BareSinks>();

/** Both reports of an upgrade on the happy path. */
export const reportSignal = defineSignal('report');

/** The shape of an upgrade and nothing else: started by its first signal, ended by its second. */
export async function bareUpgrade(): Promise<void> {
  let reports = 0;
  setHandler(reportSignal, () => {
    reports += 1;
  });
  await condition(() => reports >= 2);
  bench.ended(workflowInfo().workflowId);
}
