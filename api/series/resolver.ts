import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Batch } from '../../schema/model/batch/batch';
import type { FlowPoint } from '../../schema/model/series-points';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import { BatchType } from '../batches/types';
import type { ApiContext } from '../context';
import { causeView, type FailureCauseType } from '../tasks/cause-type';
import { BatchSeriesType, type PlatformSeriesPoint, PlatformSeriesType } from './types';

const FROM = 'Where it is to begin; the step it is in is the first.';
const TO = 'Where it is to end; now when not given.';

@Resolver(() => BatchType)
export class SeriesResolver {
  @FieldResolver(() => BatchSeriesType, {
    complexity: 20,
    description:
      'Its numbers over time, written once a minute. The step is the finest in which the whole range is still kept and has no more than `limits.seriesPoints`: minutes for days, tens of minutes for weeks, hours for `UPDRAFT_KEEP_SERIES_DAYS`.',
  })
  series(
    @Root() batch: Batch,
    @Arg('from', () => GraphQLDateTime, { nullable: true, description: `${FROM} When not given, its creation.` }) from: Date | null,
    @Arg('to', () => GraphQLDateTime, { nullable: true, description: `${TO} Of one that has ended, its end.` }) to: Date | null,
    @Ctx() { core }: ApiContext,
  ) {
    return core.series.ofBatch(batch, { from, to });
  }

  @Query(() => PlatformSeriesType, {
    nullable: true,
    description:
      'What happened over time in all batches, or in those of a product: pushes, successes, and failures by cause. Deleted batches stay in it. Of the products that the viewer may see.',
  })
  async platformSeries(
    @Arg('productKey', () => String, { nullable: true, description: 'Of this product alone.' }) productKey: string | null,
    @Arg('from', () => GraphQLDateTime, { nullable: true, description: `${FROM} When not given, a day before \`to\`.` }) from: Date | null,
    @Arg('to', () => GraphQLDateTime, { nullable: true, description: TO }) to: Date | null,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    const series = await core.series.ofPlatform(viewer, productKey ?? null, { from, to });
    return { ...series, points: series.points.map(pointView) };
  }
}

const pointView = ({ causes, ...point }: FlowPoint): PlatformSeriesPoint => ({
  ...point,
  failures: Object.entries(causes)
    .sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1))
    .map(([cause, failed]) => ({ cause: causeView(cause as FailureCause) as FailureCauseType, failed })),
});
