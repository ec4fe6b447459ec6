import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { CancelableStatus } from '../../schema/model/task/cancel';
import { CancelableStatusEnum } from '../enums';
import { TasksPayload } from './types';

@InputType({ description: "A package's tasks on some devices, in whichever batches." })
export class CancelTasksInput {
  @Field(() => ID, { description: 'The package they bring.' })
  packageId!: string;

  @Field(() => [ID], { description: 'One to `limits.targets` devices.' })
  deviceIds!: string[];

  @Field(() => ID, { nullable: true, description: 'Only in this batch.' })
  batchId?: string | null;

  @Field(() => [CancelableStatusEnum], { nullable: true, description: 'Only these; every task that has not ended when not given.' })
  statuses?: CancelableStatus[] | null;
}

@ObjectType()
export class CancelTasksPayload extends TasksPayload {
  @Field(() => Int, { nullable: true, description: 'Tasks that were canceled; 0 when there was nothing to cancel.' })
  canceled!: number | null;
}
