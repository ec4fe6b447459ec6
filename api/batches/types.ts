import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Batch, BatchKind, BatchStatus, DynamicBase } from '../../schema/model/batch/batch';
import { RegionType } from '../devices/types';
import { BatchKindEnum, BatchStatusEnum, DynamicBaseEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { NodeType } from '../nodes/types';
import { connectionOf } from '../paging/connection';
import { BatchEndType, BatchPolicyType, BatchRate } from './policy-types';
import { ScheduleType } from './schedule-types';

@ObjectType({ description: 'Tasks of a batch by status.' })
export class BatchCounts {
  @Field(() => Int, { description: 'All tasks.' })
  total!: number;

  @Field(() => Int, { description: 'Tasks that are UNCONFIRMED.' })
  unconfirmed!: number;

  @Field(() => Int, { description: 'Tasks that are QUEUED.' })
  queued!: number;

  @Field(() => Int, { description: 'Tasks that are NOTIFIED.' })
  notified!: number;

  @Field(() => Int, { description: 'Tasks that are IN_PROGRESS.' })
  inProgress!: number;

  @Field(() => Int, { description: 'Tasks that have SUCCEEDED.' })
  succeeded!: number;

  @Field(() => Int, { description: 'Tasks that have FAILED.' })
  failed!: number;

  @Field(() => Int, { description: 'Tasks that were CANCELED.' })
  canceled!: number;

  @Field(() => Int, {
    description:
      'Of those that are NOTIFIED, IN_PROGRESS or otherwise unfinished: the last attempt failed, and another one follows or is under way.',
  })
  failing!: number;

  @Field(() => Int, { description: 'Of those that have SUCCEEDED: the device went back to its old version within an hour.' })
  regressed!: number;
}

@ObjectType({ description: 'What the selection of devices found.' })
export class BatchSelection {
  @Field(() => Int, { description: 'Devices that matched the scope and the source versions that were asked for.' })
  matched!: number;

  @Field(() => Int, { description: 'Tasks made for them.' })
  created!: number;

  @Field(() => Int, {
    description: 'Devices with a version that the package does not upgrade from, or with none reported where it names its source versions.',
  })
  skippedVersion!: number;

  @Field(() => Int, {
    description: 'Devices whose dialect cannot bring the package: LwM2M takes one file of the module `default`, and not over MQTT.',
  })
  skippedDialect!: number;

  @Field(() => String, { nullable: true, description: 'Why those are passed over; null when there are none.' })
  skippedDialectReason!: string | null;

  @Field(() => Int, { description: 'Devices that a phased batch leaves for later.' })
  skippedPhase!: number;

  @Field(() => Int, { description: 'Devices that keep the unfinished task they have in another batch, or have as many as run at once.' })
  skippedBusy!: number;
}

@ObjectType({ description: 'A share of the devices, chosen at random.' })
export class PhasedScope {
  @Field(() => Int, { description: 'Of the devices that match and have room for a task; rounded down, and at least one device.' })
  percent!: number;

  @Field(() => String, { description: 'Another batch with it chooses the same devices, as long as they match.' })
  seed!: string;
}

@ObjectType('BatchScope', { description: 'Which devices a batch is for.' })
export class BatchScopeType {
  @Field(() => Boolean, { description: 'Every device of the product.' })
  all!: boolean;

  @Field(() => [String], { nullable: true, description: 'Only the devices with these names; null when it is for all.' })
  deviceNames!: string[] | null;

  @Field(() => RegionType, { nullable: true, description: 'Only the devices there; null when it is for others.' })
  region!: RegionType | null;

  @Field(() => PhasedScope, { nullable: true, description: 'Only a share of the devices; null when it is for all that match.' })
  phased!: PhasedScope | null;

  @Field(() => ID, { nullable: true, description: 'Only devices in this group and in those below it; null when it is for others.' })
  groupId!: string | null;

  @Field(() => ID, { nullable: true, description: 'Only the devices of this list; null when it is for others.' })
  listId!: string | null;
}

@ObjectType('Batch', {
  implements: NodeType,
  description: 'One package pushed to a set of devices. OTAJob of Alibaba Cloud IoT, batch task of IoTDA.',
})
export class BatchType {
  @Field(() => ID, { description: 'Opaque.' })
  id!: string;

  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => BatchKindEnum, { description: 'What it is for.' })
  kind!: BatchKind;

  @Field(() => DynamicBaseEnum, { nullable: true, description: 'What a dynamic batch goes by; null for others.' })
  base!: DynamicBase | null;

  @Field(() => Boolean, {
    description:
      'Whether it takes further devices: true for a dynamic batch until its policy is canceled. It ends after that, with its tasks.',
  })
  matching!: boolean;

  @Field(() => Boolean, {
    description: 'Whether a dynamic batch is only for devices that report after it was made. DynamicMode 2 of Alibaba Cloud IoT.',
  })
  newlyReportedOnly!: boolean;

  @Field(() => String, { description: 'The product whose devices it is for.' })
  productKey!: string;

  @Field(() => ID, { description: 'The package it pushes.' })
  packageId!: string;

  @Field(() => String, { description: 'The module it upgrades.' })
  module!: string;

  @Field(() => String, { description: 'The version devices have afterwards.' })
  targetVersion!: string;

  @Field(() => BatchScopeType, { description: 'Which devices it is for.' })
  scope!: BatchScopeType;

  @Field(() => [String], { description: 'Only devices with one of these versions; empty: any.' })
  sourceVersions!: string[];

  @Field(() => BatchPolicyType, { description: 'How it is carried out.' })
  policy!: BatchPolicyType;

  @Field(() => BatchStatusEnum, { description: 'Where it is on its way.' })
  status!: BatchStatus;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is FAILED or HALTED, or what holds it up; of one that had nobody to push to, whom it passed over and why.',
  })
  statusReason!: string | null;

  @Field(() => ScheduleType, { nullable: true, description: 'Null: it started at once.' })
  schedule!: ScheduleType | null;

  @Field(() => BatchSelection, { nullable: true, description: 'Null while it is STARTING.' })
  selection!: BatchSelection | null;

  @Field(() => BatchCounts, { complexity: 20, description: 'Tasks by status, counted now.' })
  counts!: BatchCounts;

  @Field(() => BatchRate, { complexity: 20, description: 'Devices a minute: asked and reached.' })
  rate!: BatchRate;

  @Field(() => BatchEndType, { nullable: true, complexity: 20, description: 'Null before its devices are selected, and once it is over.' })
  estimatedEnd!: BatchEndType | null;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When its devices were selected.' })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ended.' })
  endedAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When its tasks were removed, because it ended long ago; `counts` are those of then. Null: they are there.',
  })
  tasksRemovedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Where Temporal's web page shows the workflow of the batch; null where that page is not on, and for those who are limited to products.",
  })
  workflowUrl!: string | null;
}

export const BatchConnection = connectionOf(() => BatchType, 'Batch');

@ObjectType()
export class BatchPayload extends Payload {
  @Field(() => BatchType, { nullable: true, description: 'The batch afterwards; null when it was refused.' })
  batch!: Batch | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Of calls that pause, resume or cancel: whether the batch was so before the call, which changed nothing then. Null in other answers.',
  })
  already?: boolean | null;
}

@ObjectType()
export class CancelBatchPayload extends BatchPayload {
  @Field(() => Int, { nullable: true, description: 'Tasks that were canceled.' })
  canceled!: number | null;
}

@ObjectType()
export class DeleteBatchPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The batch that is no more; null when it was refused.' })
  batchId!: string | null;

  @Field(() => Int, { nullable: true, description: 'Tasks that are gone with it.' })
  tasks!: number | null;
}
