import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { SkipReason } from '../../schema/model/task/reinitiation';
import { BatchPayload } from '../batches/types';
import { SkipReasonEnum } from '../enums';
import { WithIdempotencyKey } from '../idempotency-key';

@InputType({ description: 'Either some tasks of the batch, or all that have failed.' })
export class RetryTasksInput extends WithIdempotencyKey {
  @Field(() => ID, { description: 'The batch they are of.' })
  batchId!: string;

  @Field(() => [ID], {
    nullable: true,
    description:
      'At most `limits.reinitiations` tasks: failed ones, and ones whose device has gone back to its old version after its success.',
  })
  taskIds?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'True: every failed task.' })
  all?: boolean | null;
}

@ObjectType({ description: 'A task that was left as it is.' })
export class SkippedTask {
  @Field(() => ID, { description: 'Which one.' })
  taskId!: string;

  @Field(() => SkipReasonEnum, { description: 'Why.' })
  reason!: SkipReason;
}

@ObjectType()
export class RetryTasksPayload extends BatchPayload {
  @Field(() => Int, { nullable: true, description: 'Tasks that have begun again; null when it was refused.' })
  reinitiated!: number | null;

  @Field(() => Int, { nullable: true, description: 'Tasks that were left as they are.' })
  skippedCount!: number | null;

  @Field(() => [SkippedTask], { nullable: true, description: 'The first `limits.skippedShown` of them.' })
  skipped!: SkippedTask[] | null;
}
