import { Ctx, Query, Resolver } from 'type-graphql';
import { FIXED_LIMITS } from '../../schema/model/limits';
import { FAILURE_CAUSES, type FailureCause } from '../../schema/model/task/failure-causes';
import type { ApiContext } from '../context';
import { causeView, FailureCauseType } from '../tasks/cause-type';
import { LimitsType } from './types';

@Resolver()
export class SystemResolver {
  @Query(() => [FailureCauseType], { description: 'Every cause of failure there is, with its texts.' })
  failureCauses() {
    return (Object.keys(FAILURE_CAUSES) as FailureCause[]).map(causeView);
  }

  @Query(() => LimitsType, { description: 'What a user may send and have at most (or at least), as it is set here.' })
  limits(@Ctx() { limits }: ApiContext) {
    return { ...limits, ...FIXED_LIMITS };
  }
}
