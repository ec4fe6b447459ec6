import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import type { TaskStatus } from '../../schema/model/task/task';
import { FailureCauseEnum, TaskStatusEnum } from '../enums';

@InputType()
export class TaskFilterInput {
  @Field(() => ID, { nullable: true, description: 'Tasks of this batch.' })
  batchId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Tasks of this device.' })
  deviceId?: string | null;

  @Field(() => String, { nullable: true, description: 'Tasks for this module.' })
  module?: string | null;

  @Field(() => [TaskStatusEnum], { nullable: true, description: 'Tasks in one of these statuses.' })
  statuses?: TaskStatus[] | null;

  @Field(() => FailureCauseEnum, {
    nullable: true,
    description: 'Tasks whose last attempt failed for this cause, unfinished ones included; together with `batchId` or `deviceId` only.',
  })
  cause?: FailureCause | null;

  @Field(() => String, { nullable: true, description: 'What the device name begins with; `tasks` takes it together with `batchId` only.' })
  deviceNamePrefix?: string | null;
}

@InputType()
export class TaskDecisionInput {
  @Field(() => [ID], { description: 'At most `limits.confirmations` tasks.' })
  taskIds!: string[];
}

@InputType()
export class DeferTasksInput extends TaskDecisionInput {
  @Field(() => GraphQLDateTime, {
    description: 'Nobody is asked about the tasks before. To come, and no later than `deferral { latest }` of each of them says.',
  })
  until!: Date;
}
