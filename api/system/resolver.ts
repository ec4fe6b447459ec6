import { Ctx, Query, Resolver } from 'type-graphql';
import { FIXED_LIMITS } from '../../schema/model/limits';
import type { DownloadScheme } from '../../schema/model/protocol/download-scheme';
import { FAILURE_CAUSES, type FailureCause } from '../../schema/model/task/failure-causes';
import type { ApiContext } from '../context';
import { DownloadSchemeEnum } from '../lwm2m-enums';
import { causeView, FailureCauseType } from '../tasks/cause-type';
import { operatingLimitsOf } from './operating-limits';
import { LimitsType } from './types';

@Resolver()
export class SystemResolver {
  @Query(() => [FailureCauseType], { description: 'Every cause of failure there is, with its texts.' })
  failureCauses() {
    return (Object.keys(FAILURE_CAUSES) as FailureCause[]).map(causeView);
  }

  @Query(() => [DownloadSchemeEnum], {
    description: 'What addresses for LwM2M devices may begin with here: `schemes` of a batch is a choice of these.',
  })
  downloadSchemes(@Ctx() { core }: ApiContext): readonly DownloadScheme[] {
    return core.downloads.schemes();
  }

  @Query(() => LimitsType, {
    description: 'What a user may send and have at most (or at least), and how long things are kept, as it is set here.',
  })
  limits(@Ctx() { limits, rates, kept }: ApiContext) {
    return { ...limits, ...FIXED_LIMITS, ...operatingLimitsOf({ rates, kept }) };
  }
}
