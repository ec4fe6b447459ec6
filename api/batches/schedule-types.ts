import { GraphQLDateTime } from 'graphql-scalars';
import { Field, InputType, ObjectType } from 'type-graphql';

@InputType({ description: 'When the batch starts and ends.' })
export class ScheduleInput {
  @Field(() => GraphQLDateTime, { description: '`limits.scheduleStartMinimum` to `limits.scheduleStartMaximum` minutes from now.' })
  startAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: '`limits.scheduleEndMinimum` to `limits.scheduleEndMaximum` minutes after the start; nothing is forced when not given.',
  })
  endAt?: Date | null;
}

@ObjectType('Schedule', { description: 'When a batch starts and ends. ScheduleTime and ScheduleFinishTime of Alibaba Cloud IoT.' })
export class ScheduleType {
  @Field(() => GraphQLDateTime, { description: 'Nothing is pushed before.' })
  startAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'What has not ended by then is canceled; null: nothing is.' })
  endAt!: Date | null;
}
