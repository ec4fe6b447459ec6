import { Arg, Ctx, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import { deviceScopeOf } from '../../core/access/apps/device-scope';
import { requireNamedDevice } from '../../core/access/apps/own-devices';
import { isOfProducts } from '../../core/access/permissions/products';
import type { Batch } from '../../schema/model/batch/batch';
import { counted, countsView } from '../batches/counts-view';
import type { BatchRate } from '../batches/policy-types';
import { readRate } from '../batches/read-rate';
import type { BatchCounts } from '../batches/types';
import type { ApiContext } from '../context';
import { found, notFound } from '../errors/found';
import { TaskFilterInput } from '../tasks/inputs';
import { AFTER } from './after';
import type { BatchFeedEvent, BatchProgressEvent, TaskFeedEvent } from './events';
import { BatchProgress, BatchProgressEventUnion, Resync, TaskChangeEventUnion } from './types';

@Resolver(() => BatchProgress)
export class LiveResolver {
  @Subscription(() => TaskChangeEventUnion, {
    description: 'One event a change of a task that fits, from now on or from a cursor. To miss nothing: subscribe, then query.',
    subscribe: async ({ args, context }) => {
      const { core, live, viewer } = context as ApiContext;
      const scope = deviceScopeOf(viewer);
      // Nothing would ever come for a mistyped one. A device's id is known before it is registered, a batch's is not.
      const { batchId } = args.filter ?? {};
      // Apps are not told which batches there are.
      const isOfOwn = async () => isOfProducts(viewer, (await found('batch', core.batches.get(batchId))).productKey);
      if (batchId && !scope && !(await isOfOwn())) throw notFound('batch');
      return live.subscribeTasks({ ...args.filter, products: viewer.products }, args.after, scope);
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
      "One event a change of a device's tasks, from now on or from a cursor. To miss nothing: subscribe, then query `unfinishedTasks`. An app that names no device follows all of its own; about a second after one was given to its owner or taken away, it gets a Resync.",
    subscribe: ({ args, context }) => {
      const { live, viewer } = context as ApiContext;
      requireNamedDevice(viewer, args.deviceId);
      return live.subscribeTasks({ deviceId: args.deviceId, products: viewer.products }, args.after, deviceScopeOf(viewer));
    },
  })
  deviceTasks(
    @Arg('deviceId', () => ID, { nullable: true, description: 'Apps may leave it out: all of their devices.' }) _deviceId: string | null,
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
