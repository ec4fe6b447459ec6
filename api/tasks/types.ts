import { GraphQLBigInt, GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Task, TaskOutcome, TaskStatus } from '../../schema/model/task/task';
import type { WaitingFor } from '../../schema/model/task/waiting-for';
import { TaskOutcomeEnum, TaskStatusEnum, WaitingForEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { NodeType } from '../nodes/types';
import { connectionOf } from '../paging/connection';
import { FailureCauseType } from './cause-type';
import { TaskDeferralType } from './deferral-type';
import { Lwm2mUpgradeType } from './lwm2m-upgrade-type';

@ObjectType('Attempt', { description: 'One try of a task that ended without success.' })
export class AttemptType {
  @Field(() => Int, { description: 'From 1.' })
  number!: number;

  @Field(() => FailureCauseType, { description: 'Why it failed.' })
  cause!: FailureCauseType;

  @Field(() => String, { nullable: true, description: 'What the device said, cut to `limits.failureTextLength` characters.' })
  text!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When its notification left.' })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it failed.' })
  endedAt!: Date;
}

@ObjectType('Transition', {
  description:
    'A change of status; or, with the same status twice, an attempt that has failed (with its cause) and is followed by another, the begin of that one, or something that happened to the task after its end.',
})
export class TransitionType {
  @Field(() => GraphQLDateTime, { description: 'When.' })
  at!: Date;

  @Field(() => Int, { nullable: true, description: 'The attempt that ends with it, or is under way; null in records of older versions.' })
  attempt?: number | null;

  @Field(() => TaskStatusEnum, { description: 'The status before.' })
  from!: TaskStatus;

  @Field(() => TaskStatusEnum, { description: 'The status after.' })
  to!: TaskStatus;

  @Field(() => FailureCauseType, { nullable: true, description: 'Why, where there is a cause.' })
  cause!: FailureCauseType | null;

  @Field(() => String, { nullable: true, description: 'What the device said, or what happened: `version regressed: 1.0.0`.' })
  text!: string | null;
}

@ObjectType('TaskDownload', { description: "What a device was sent of its task's files: a few seconds behind." })
export class TaskDownloadType {
  @Field(() => GraphQLBigInt, { description: 'Bytes of files; more than they have when a device began again.' })
  bytesServed!: number;

  @Field(() => Int, { description: 'Requests: of ranges over HTTP, of blocks over MQTT.' })
  requests!: number;

  @Field(() => GraphQLDateTime, { description: 'When bytes were last asked for or sent.' })
  lastAt!: Date;
}

@ObjectType('Task', {
  implements: NodeType,
  description: "One device's part in one batch. OTATask of Alibaba Cloud IoT, sub-task of IoTDA.",
})
export class TaskType {
  @Field(() => ID, { description: 'Opaque.' })
  id!: string;

  @Field(() => ID, { description: 'The batch it is of.' })
  batchId!: string;

  @Field(() => ID, { description: 'The package it brings.' })
  packageId!: string;

  @Field(() => ID, { description: 'The device it is for.' })
  deviceId!: string;

  @Field(() => String, { description: 'The product of its device.' })
  productKey!: string;

  @Field(() => String, { description: 'The name of its device.' })
  deviceName!: string;

  @Field(() => String, { description: 'The module it upgrades.' })
  module!: string;

  @Field(() => String, { nullable: true, description: 'The version before; null while the device has reported none.' })
  sourceVersion!: string | null;

  @Field(() => String, { description: 'The version afterwards.' })
  targetVersion!: string;

  @Field(() => TaskStatusEnum, { description: 'Where it is on its way. TaskStatus of Alibaba Cloud IoT.' })
  status!: TaskStatus;

  @Field(() => WaitingForEnum, { nullable: true, description: 'What it waits for; null once it has ended.' })
  waitingFor!: WaitingFor | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'When that is over at the latest: the next attempt begins then (RETRY), the task asks for confirmation again (CONFIRMATION_DEFERRED), or this attempt fails. Null: nothing but what it waits for ends it.',
  })
  waitsUntil!: Date | null;

  @Field(() => TaskDeferralType, {
    nullable: true,
    description: 'How it was deferred, and may be; null once it does not wait for confirmation any more, if it never was.',
  })
  deferral!: TaskDeferralType | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Where Temporal's web page shows the workflow of the device's upgrades, newest first; null where that page is not on, and for those who are limited to products.",
  })
  workflowUrl!: string | null;

  @Field(() => Lwm2mUpgradeType, {
    nullable: true,
    description: 'How the upgrade of an LwM2M device stands; null for others, and before it was asked anything in this attempt.',
  })
  lwm2m!: Lwm2mUpgradeType | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Percent of this attempt, 100 once it has succeeded; null before the device has reported any.',
  })
  progress!: number | null;

  @Field(() => TaskDownloadType, { nullable: true, description: 'What its device was sent; null before the first request.' })
  download?: TaskDownloadType | null;

  @Field(() => Int, { description: 'Number of this attempt, from 1.' })
  attempt!: number;

  @Field(() => Int, { description: 'How often its batch has matched the device: above 1 in dynamic batches only.' })
  matches!: number;

  @Field(() => [AttemptType], { description: 'The attempts that failed.' })
  attempts!: AttemptType[];

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the next attempt begins; null when none waits.' })
  retryAt!: Date | null;

  @Field(() => FailureCauseType, { nullable: true, description: 'Why the last attempt failed; the final word once it is FAILED.' })
  cause!: FailureCauseType | null;

  @Field(() => String, { nullable: true, description: 'What the device said about it.' })
  causeText!: string | null;

  @Field(() => TaskOutcomeEnum, {
    nullable: true,
    description: 'What came of the last attempt; null before one has ended, and where there was none.',
  })
  outcome!: TaskOutcome | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Since when the outcome counts towards the threshold of a halt; null while it does not.',
  })
  judgedAt!: Date | null;

  @Field(() => [TransitionType], { description: 'Its changes of status, and the ends and begins of its attempts, oldest first.' })
  transitions!: TransitionType[];

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the last notification of this attempt left.' })
  notifiedAt!: Date | null;

  @Field(() => Int, {
    description:
      'Notifications of this attempt that followed a reconnect or a restart of the device. One more than allowed, and the attempt fails with NOTIFICATION_LIMIT.',
  })
  renotifications!: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When it fails by time-out; null before the first progress, and without a time-out.',
  })
  deadline!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it changed last.' })
  updatedAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ended.' })
  endedAt!: Date | null;
}

export const TaskConnection = connectionOf(() => TaskType, 'Task');

@ObjectType()
export class TasksPayload extends Payload {
  @Field(() => [TaskType], { nullable: true, description: 'The tasks as they are now; null when it was refused.' })
  tasks!: Task[] | null;
}
