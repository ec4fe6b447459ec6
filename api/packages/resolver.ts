import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { BatchConnection } from '../batches/types';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { found } from '../errors/found';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import { DeletePackageInput, PackageFilterInput, UpdatePackageInput, VerifyPackageInput } from './inputs';
import {
  DeletePackagePayload,
  PackageConnection,
  PackagePayload,
  PackageType,
  PackageVerificationType,
  VerifyPackagePayload,
} from './types';

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
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return toConnection(await core.packages.list({ ...filter, products: viewer.products }, page));
  }

  @Mutation(() => PackagePayload, { description: 'Changes what is said about a package. Nothing that devices see can be changed.' })
  updatePackage(
    @Arg('input', () => UpdatePackageInput) { packageId, description }: UpdatePackageInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return asPayload(core.packages.update(viewer, packageId, { description }).then((firmware) => ({ package: firmware })));
  }

  @Mutation(() => DeletePackagePayload, {
    description: 'Deletes a package and its files, unless a batch that has not ended pushes it. Twin of DeleteOTAFirmware.',
  })
  deletePackage(@Arg('input', () => DeletePackageInput) input: DeletePackageInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.packages.delete(viewer, input.packageId, input.idempotencyKey).then(({ _id }) => ({ packageId: _id })));
  }

  @Mutation(() => VerifyPackagePayload, {
    description: 'Tries a package on up to `limits.verificationDevices` devices; may be repeated. Twin of CreateOTAVerifyJob.',
  })
  verifyPackage(@Arg('input', () => VerifyPackageInput) input: VerifyPackageInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(
      core.batches.verify(viewer, input).then((batch) => ({ batch })),
      verificationField,
    );
  }

  @FieldResolver()
  verification(@Root() { _id, verification }: FirmwarePackage) {
    return { ...verification, packageId: _id };
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

@Resolver(() => PackageVerificationType)
export class PackageVerificationResolver {
  @FieldResolver()
  async runs(@Root() { packageId }: { packageId: string }, @Args(() => PageArgs) page: PageArgs, @Ctx() { core }: ApiContext) {
    return toConnection(await core.batches.list({ packageId, kind: 'verification' }, page));
  }
}

/** Core's paths are those of a batch. */
const verificationField = (field: string): string => field.replace(/^(scope|policy)\./, '');
