import { MockActivityEnvironment } from '@temporalio/testing';
import type { CoreParts } from '../../core/core-parts';
import { type BatchActivities, createBatchActivities } from '../../workflows/batch/activities';

/** What the batch workflow calls, without a workflow. */
export function activitiesOf({ lifecycle, batchTasks }: CoreParts): BatchActivities {
  const activities = createBatchActivities({ lifecycle, tasks: batchTasks });
  const inEnvironment = ([name, run]: [string, (...args: never[]) => Promise<unknown>]) => [
    name,
    (...args: never[]) => new MockActivityEnvironment().run(run, ...args),
  ];
  return Object.fromEntries(Object.entries(activities).map((each) => inEnvironment(each as never))) as BatchActivities;
}
