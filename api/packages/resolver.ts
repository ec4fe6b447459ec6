import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { FirmwarePackage } from '../../schema/model/fleet';
import { BatchConnection } from '../batches/types';
import type { ApiContext } from '../context';
import { found } from '../errors/found';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import { PackageFilterInput } from './inputs';
import { PackageConnection, PackageType } from './types';

@Resolver(() => PackageType)
export class PackageResolver {
  @Query(() => PackageType, { nullable: true, description: 'One package. Twin of QueryOTAFirmware.' })
  package(@Arg('id', () => ID) id: string, @Ctx() { core }: ApiContext) {
    return found('package', core.packages.get(id));
  }

  @Query(() => PackageConnection, { description: 'Packages, latest first. Twin of ListOTAFirmware.' })
  async packages(
    @Arg('filter', () => PackageFilterInput, { nullable: true, description: 'All of its conditions hold.' })
    filter: PackageFilterInput | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core }: ApiContext,
  ) {
    return toConnection(await core.packages.list(filter ?? {}, page));
  }

  @FieldResolver()
  id(@Root() pkg: FirmwarePackage): string {
    return pkg._id;
  }

  @FieldResolver(() => BatchConnection, { description: 'Batches that push it, latest first. Twin of ListOTAJobByFirmware.' })
  async batches(@Root() pkg: FirmwarePackage, @Args(() => PageArgs) page: PageArgs, @Ctx() { core }: ApiContext) {
    return toConnection(await core.batches.list({ packageId: pkg._id }, page));
  }
}
