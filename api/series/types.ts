import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { FailureCauseType } from '../tasks/cause-type';

@ObjectType('BatchSeriesPoint', { description: 'The numbers of a batch at the end of a step.' })
export class BatchSeriesPoint {
  @Field(() => GraphQLDateTime, { description: 'When the step begins.' })
  at!: Date;

  @Field(() => Int, { description: 'Devices that were notified by its end, each counted once.' })
  pushed!: number;

  @Field(() => Int, { description: 'Tasks that had SUCCEEDED by its end.' })
  succeeded!: number;

  @Field(() => Int, { description: 'Tasks that had FAILED by its end; fewer than before where some were re-initiated.' })
  failed!: number;

  @Field(() => Float, { description: 'Devices notified a minute, on average over the step, retries included.' })
  rate!: number;

  @Field(() => Int, { nullable: true, description: 'Devices a minute that the policy asked for at its end.' })
  asked!: number | null;
}

@ObjectType('BatchSeries', {
  description: 'The numbers of a batch over time. Steps in which nothing changed have no point: the numbers are those of the point before.',
})
export class BatchSeriesType {
  @Field(() => GraphQLDateTime, { description: 'Where it begins.' })
  from!: Date;

  @Field(() => GraphQLDateTime, { description: 'Where it ends; never in the future.' })
  to!: Date;

  @Field(() => Int, { description: 'How long a step is.' })
  stepMinutes!: number;

  @Field(() => [BatchSeriesPoint], {
    description: 'The oldest first, at most `limits.seriesPoints` and one before them: the numbers that were there when it begins.',
  })
  points!: BatchSeriesPoint[];
}

@ObjectType('SeriesFailures', { description: 'Tasks that failed in a step for one cause.' })
export class SeriesFailures {
  @Field(() => FailureCauseType, { description: 'The cause.' })
  cause!: FailureCauseType;

  @Field(() => Int, { description: 'How many tasks.' })
  failed!: number;
}

@ObjectType('PlatformSeriesPoint', { description: 'What came about in a step.' })
export class PlatformSeriesPoint {
  @Field(() => GraphQLDateTime, { description: 'When the step begins.' })
  at!: Date;

  @Field(() => Int, { description: 'Devices that were notified for the first time by their batch.' })
  pushed!: number;

  @Field(() => Int, { description: 'Tasks that succeeded.' })
  succeeded!: number;

  @Field(() => Int, { description: 'Tasks that failed.' })
  failed!: number;

  @Field(() => Float, { description: 'Devices notified a minute, on average over the step, retries included.' })
  rate!: number;

  @Field(() => [SeriesFailures], { description: 'The failures by cause, the most frequent first.' })
  failures!: SeriesFailures[];
}

@ObjectType('PlatformSeries', {
  description: 'What happened over time, in all batches. Of the whole platform each minute in which somebody looked has a point.',
})
export class PlatformSeriesType {
  @Field(() => GraphQLDateTime, { description: 'Where it begins.' })
  from!: Date;

  @Field(() => GraphQLDateTime, { description: 'Where it ends; never in the future.' })
  to!: Date;

  @Field(() => Int, { description: 'How long a step is.' })
  stepMinutes!: number;

  @Field(() => [PlatformSeriesPoint], { description: 'The oldest first, at most `limits.seriesPoints` and one.' })
  points!: PlatformSeriesPoint[];
}
