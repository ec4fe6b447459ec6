import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { BatchType } from '../batches/types';
import { DeviceType } from '../devices/types';
import { GroupType } from '../groups/types';
import { Resync } from './types';

@InputType({ description: 'Which batches; all when nothing is given.' })
export class BatchChangesFilterInput {
  @Field(() => String, { nullable: true, description: 'Batches of this product.' })
  productKey?: string | null;

  @Field(() => ID, { nullable: true, description: 'Batches that push this package.' })
  packageId?: string | null;
}

@InputType({ description: 'Which devices; all when nothing is given.' })
export class DeviceChangesFilterInput {
  @Field(() => [ID], {
    nullable: true,
    description: 'These devices, at most `limits.devicesPerCall`; they may be those of devices to come.',
  })
  ids?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Devices of this product.' })
  productKey?: string | null;
}

@ObjectType({ description: 'What a change of a list has in common.' })
abstract class ListChange {
  @Field(() => ID, { description: 'What changed.' })
  id!: string;

  @Field(() => String, { description: 'Opaque; subscribing with it as `after` goes on behind this event.' })
  cursor!: string;

  @Field(() => Int, { description: 'Changes this reader was too slow for since its last event.' })
  skipped!: number;

  @Field(() => Int, { description: 'Of `skipped`: those of which not even the latest change was kept. Above 0: query.' })
  dropped!: number;
}

@ObjectType({ description: 'A batch was made, changed or deleted.' })
export class BatchChange extends ListChange {
  @Field(() => BatchType, { nullable: true, description: 'The batch as it is now; null when it is no more.' })
  batch!: BatchType | null;
}

@ObjectType({ description: 'A device was registered, came or went, reported, was changed or deleted.' })
export class DeviceChange extends ListChange {
  @Field(() => DeviceType, { nullable: true, description: 'The device as it is now; null when it is no more.' })
  device!: DeviceType | null;
}

@ObjectType({ description: 'A group was made, renamed, moved, given another rule, compared with devices or deleted.' })
export class GroupChange extends ListChange {
  @Field(() => GroupType, { nullable: true, description: 'The group as it is now; null when it is no more.' })
  group!: GroupType | null;
}

const isResync = (event: unknown): boolean => (event as { kind: string }).kind === 'resync';

export const BatchChangeEventUnion = createUnionType({
  name: 'BatchChangeEvent',
  description: 'A change of a batch, or word that changes were missed.',
  types: () => [BatchChange, Resync] as const,
  resolveType: (event) => (isResync(event) ? 'Resync' : 'BatchChange'),
});

export const DeviceChangeEventUnion = createUnionType({
  name: 'DeviceChangeEvent',
  description: 'A change of a device, or word that changes were missed.',
  types: () => [DeviceChange, Resync] as const,
  resolveType: (event) => (isResync(event) ? 'Resync' : 'DeviceChange'),
});

export const GroupChangeEventUnion = createUnionType({
  name: 'GroupChangeEvent',
  description: 'A change of a group, or word that changes were missed.',
  types: () => [GroupChange, Resync] as const,
  resolveType: (event) => (isResync(event) ? 'Resync' : 'GroupChange'),
});
