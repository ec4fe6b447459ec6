import { GraphQLDateTime } from 'graphql-scalars';
import { Field, InputType, ObjectType } from 'type-graphql';

@InputType({ description: 'When the batch starts and ends.' })
export class ScheduleInput {
  @Field(() => GraphQLDateTime, { description: '5 minutes to 7 days from now.' })
  startAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: '1 hour to 30 days after the start; nothing is forced when not given.' })
  endAt?: Date | null;
}

@ObjectType('Schedule', { description: 'When a batch starts and ends. ScheduleTime and ScheduleFinishTime of Alibaba Cloud IoT.' })
export class ScheduleType {
  @Field(() => GraphQLDateTime, { description: 'Nothing is pushed before.' })
  startAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'What has not ended by then is canceled; null: nothing is.' })
  endAt!: Date | null;
}
