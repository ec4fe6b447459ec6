import { createUnionType, Field, ID, Int, ObjectType } from 'type-graphql';
import { BatchRate } from '../batches/policy-types';
import { BatchCounts, BatchType } from '../batches/types';
import { TaskType } from '../tasks/types';
import type { BatchFeedEvent, TaskFeedEvent } from './events';

const CURSOR = 'Opaque; subscribing with it as `after` goes on behind this event.';

@ObjectType({
  description: 'Events were missed for good, or the owner of the app has other devices now: query what you show, then go on reading.',
})
export class Resync {
  @Field(() => String, { description: 'What to do, for people.' })
  hint!: string;

  @Field(() => String, { description: CURSOR })
  cursor!: string;
}

@ObjectType({ description: 'A task changed.' })
export class TaskChange {
  @Field(() => TaskType, { description: 'The task as it is now.' })
  task!: TaskType;

  @Field(() => String, { description: CURSOR })
  cursor!: string;

  @Field(() => Int, { description: 'Changes this reader was too slow for since its last event.' })
  skipped!: number;

  @Field(() => Int, { description: 'Of `skipped`: tasks of which not even the latest change was kept. Above 0: query.' })
  dropped!: number;
}

@ObjectType({ description: 'Where a batch stands: each event is the whole picture.' })
export class BatchProgress {
  @Field(() => ID, { description: 'Of the batch: caches keep one progress of each.' })
  id!: string;

  @Field(() => BatchType, {
    description: 'The batch as it is now, its `counts` and `rate` those of this event: caches that know the batch come up to date with it.',
  })
  batch!: BatchType;

  @Field(() => BatchCounts, { description: 'Tasks by status.' })
  counts!: BatchCounts;

  @Field(() => BatchRate, { description: 'Devices a minute: asked and reached.' })
  rate!: BatchRate;

  @Field(() => String, { description: CURSOR })
  cursor!: string;
}

export const TaskChangeEventUnion = createUnionType({
  name: 'TaskChangeEvent',
  description: 'A change, or word that changes were missed.',
  types: () => [TaskChange, Resync] as const,
  resolveType: (event) => ((event as unknown as TaskFeedEvent).kind === 'resync' ? 'Resync' : 'TaskChange'),
});

export const BatchProgressEventUnion = createUnionType({
  name: 'BatchProgressEvent',
  description: 'Progress, or word that progress was missed.',
  types: () => [BatchProgress, Resync] as const,
  resolveType: (event) => ((event as unknown as BatchFeedEvent).kind === 'resync' ? 'Resync' : 'BatchProgress'),
});
