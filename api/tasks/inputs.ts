import { Field, ID, InputType } from 'type-graphql';
import type { TaskStatus } from '../../schema/model/task/task';
import { TaskStatusEnum } from '../enums';

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

  @Field(() => String, { nullable: true, description: 'What the device name begins with; `tasks` takes it together with `batchId` only.' })
  deviceNamePrefix?: string | null;
}

@InputType()
export class TaskDecisionInput {
  @Field(() => [ID], { description: 'At most `limits.confirmations` tasks.' })
  taskIds!: string[];
}
