import { Arg, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import { UserError } from '../../core/errors';
import type { Batch } from '../../schema/model/batch/batch';
import type { Device } from '../../schema/model/device/device';
import type { Group } from '../../schema/model/device/group';
import type { ApiContext } from '../context';
import { AFTER } from './after';
import type { DeviceFeedEvent } from './device-feed';
import type { DocumentChange, DocumentFeedEvent } from './document-feed';
import {
  BatchChange,
  BatchChangeEventUnion,
  BatchChangesFilterInput,
  DeviceChange,
  DeviceChangeEventUnion,
  DeviceChangesFilterInput,
  GroupChange,
  GroupChangeEventUnion,
} from './list-types';

@Resolver(() => BatchChange)
export class BatchChangesResolver {
  @Subscription(() => BatchChangeEventUnion, {
    description:
      'One event a change of a batch itself: made, started, paused, edited, ended, deleted. Not of its tasks: `batchProgress` tells these. To miss nothing: subscribe, then query `batches`.',
    subscribe: ({ args, context }) => {
      const { live, viewer } = context as ApiContext;
      return live.subscribeBatches({ ...args.filter, products: viewer.products }, args.after);
    },
  })
  batchChanges(
    @Arg('filter', () => BatchChangesFilterInput, { nullable: true, description: 'All of its conditions hold.' })
    _filter: BatchChangesFilterInput | null,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Root() event: DocumentFeedEvent<Batch>,
  ): DocumentFeedEvent<Batch> {
    return event;
  }

  @FieldResolver()
  batch(@Root() { document }: DocumentChange<Batch>): Batch | null {
    return document?.deletedAt ? null : document;
  }
}

@Resolver(() => DeviceChange)
export class DeviceChangesResolver {
  @Subscription(() => DeviceChangeEventUnion, {
    description:
      'One event a change of a device, the latest state where it changes more than four times a second: presence, versions, tags and all else of it. To miss nothing: subscribe, then query `devices`.',
    subscribe: ({ args, context }) => {
      const { live, viewer, limits } = context as ApiContext;
      const { ids, productKey } = (args.filter ?? {}) as DeviceChangesFilterInput;
      if (ids && ids.length > limits.devicesPerCall) throw tooMany(ids.length, limits.devicesPerCall);
      return live.subscribeDevices({ ids: ids && new Set(ids), productKey, products: viewer.products }, args.after);
    },
  })
  deviceChanges(
    @Arg('filter', () => DeviceChangesFilterInput, { nullable: true, description: 'All of its conditions hold.' })
    _filter: DeviceChangesFilterInput | null,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Root() event: DeviceFeedEvent,
  ): DeviceFeedEvent {
    return event;
  }

  @FieldResolver()
  device(@Root() { document }: DocumentChange<Device>): Device | null {
    return document;
  }
}

@Resolver(() => GroupChange)
export class GroupChangesResolver {
  @Subscription(() => GroupChangeEventUnion, {
    description:
      'One event a change of a group itself, also while a dynamic one is being filled, and when it is. Not of its members later: `deviceChanges` tells these. To miss nothing: subscribe, then query.',
    subscribe: ({ args, context }) => (context as ApiContext).live.subscribeGroups({ groupId: args.groupId }, args.after),
  })
  groupChanges(
    @Arg('groupId', () => ID, { nullable: true, description: 'This group; all when not given.' }) _groupId: string | null,
    @Arg('after', () => String, AFTER) _after: string | null,
    @Root() event: DocumentFeedEvent<Group>,
  ): DocumentFeedEvent<Group> {
    return event;
  }

  @FieldResolver()
  group(@Root() { document }: DocumentChange<Group>): Group | null {
    return document;
  }
}

const tooMany = (count: number, most: number): UserError =>
  new UserError('TOO_MANY', {
    field: 'filter.ids',
    message: `The filter names ${count} devices.`,
    hint: 'Name fewer, or follow a whole product.',
    limit: `${most} devices`,
  });
