import { Field, ID, InputType } from 'type-graphql';
import type { TaskStatus } from '../../schema/model/task';
import { TaskStatusEnum } from '../enums';

@InputType()
export class TaskFilterInput {
  @Field(() => ID, { nullable: true, description: 'Tasks of this batch.' })
  batchId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Tasks of this device.' })
  deviceId?: string | null;

  @Field(() => [TaskStatusEnum], { nullable: true, description: 'Tasks in one of these statuses.' })
  statuses?: TaskStatus[] | null;
}
