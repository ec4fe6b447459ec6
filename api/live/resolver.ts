import { Arg, Ctx, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { Batch } from '../../schema/model/batch/batch';
import { counted, countsView } from '../batches/counts-view';
import type { BatchRate } from '../batches/policy-types';
import { readRate } from '../batches/read-rate';
import type { BatchCounts } from '../batches/types';
import type { ApiContext } from '../context';
import { found } from '../errors/found';
import { TaskFilterInput } from '../tasks/inputs';
import { AFTER } from './after';
import type { BatchFeedEvent, BatchProgressEvent, TaskFeedEvent } from './events';
import { BatchProgress, BatchProgressEventUnion, Resync, TaskChangeEventUnion } from './types';

@Resolver(() => BatchProgress)
export class LiveResolver {
  @Subscription(() => TaskChangeEventUnion, {
    description: 'One event a change of a task that fits, from now on or from a cursor. To miss nothing: subscribe, then query.',
    subscribe: async ({ args, context }) => {
      const { core, live } = context as ApiContext;
      // Nothing would ever come for a mistyped one. A device's id is known before it is registered, a batch's is not.
      const { batchId } = args.filter ?? {};
      if (batchId) await found('batch', core.batches.get(batchId));
      return live.subscribeTasks(args.filter ?? {}, args.after);
    },
  })
  taskChanges(
    @Arg('filter', () => TaskFilterInput, { nullable: true, description: 'All of its conditions hold.' }) _filter: TaskFilterInput | null,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Root() event: TaskFeedEvent,
  ): TaskFeedEvent {
    return event;
  }

  @Subscription(() => TaskChangeEventUnion, {
    description:
      "One event a change of a device's tasks, from now on or from a cursor. To miss nothing: subscribe, then query `unfinishedTasks`.",
    subscribe: ({ args, context }) => (context as ApiContext).live.subscribeTasks({ deviceId: args.deviceId }, args.after),
  })
  deviceTasks(
    @Arg('deviceId', () => ID) _deviceId: string,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Root() event: TaskFeedEvent,
  ): TaskFeedEvent {
    return event;
  }

  @Subscription(() => BatchProgressEventUnion, {
    description: 'Where a batch stands: once at once, then at most four times a second while it changes, and always the last change.',
    subscribe: async ({ args, context }) => {
      const { core, live } = context as ApiContext;
      const batch = await found('batch', core.batches.get(args.batchId));
      return live.subscribeBatch(batch._id, args.after);
    },
  })
  batchProgress(
    @Arg('batchId', () => ID) _batchId: string,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Root() event: BatchFeedEvent,
  ): BatchFeedEvent {
    return event;
  }

  @FieldResolver()
  id(@Root() { batch }: BatchProgressEvent): string {
    return batch._id;
  }

  @FieldResolver()
  batch(@Root() { batch, counts }: BatchProgressEvent): Batch {
    // Counted once, for all readers of the event.
    counted.set(batch, counts);
    return batch;
  }

  @FieldResolver()
  counts(@Root() event: BatchProgressEvent): BatchCounts {
    return countsView(event.counts);
  }

  @FieldResolver()
  async rate(@Root() event: BatchProgressEvent, @Ctx() { core }: ApiContext): Promise<BatchRate> {
    return readRate(core, event.batch);
  }
}

@Resolver(() => Resync)
export class ResyncResolver {
  @FieldResolver()
  hint(): string {
    return 'Query what you show: changes were missed. This subscription goes on.';
  }
}
