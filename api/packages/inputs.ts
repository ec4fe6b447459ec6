import { Field, ID, InputType, Int } from 'type-graphql';
import type { PackageKind, VerificationState } from '../../schema/model/package/package-rules';
import { PackageKindEnum, VerificationStateEnum } from '../enums';
import { WithIdempotencyKey } from '../idempotency-key';

@InputType()
export class PackageFilterInput {
  @Field(() => String, { nullable: true, description: 'Packages for this product.' })
  productKey?: string | null;

  @Field(() => String, { nullable: true, description: 'Packages for this module.' })
  module?: string | null;

  @Field(() => String, { nullable: true, description: 'Packages whose name begins so.' })
  namePrefix?: string | null;

  @Field(() => String, { nullable: true, description: 'Packages that bring this version.' })
  version?: string | null;

  @Field(() => PackageKindEnum, { nullable: true, description: 'Packages of this kind.' })
  kind?: PackageKind | null;

  @Field(() => VerificationStateEnum, { nullable: true, description: 'Packages in this state of verification.' })
  verification?: VerificationState | null;

  @Field(() => Boolean, { nullable: true, description: 'True: packages that ask for a verification. False: those that do not.' })
  verificationRequired?: boolean | null;
}

@InputType()
export class UpdatePackageInput {
  @Field(() => ID, { description: 'Which package.' })
  packageId!: string;

  @Field(() => String, { description: 'The new description, at most `limits.descriptionLength` characters.' })
  description!: string;
}

@InputType()
export class DeletePackageInput extends WithIdempotencyKey {
  @Field(() => ID, { description: 'Which package.' })
  packageId!: string;
}

@InputType()
export class VerifyPackageInput {
  @Field(() => ID, { description: 'Which package.' })
  packageId!: string;

  @Field(() => [String], { description: 'The devices to try it on, at most `limits.verificationDevices`.' })
  deviceNames!: string[];

  @Field(() => [String], { nullable: true, description: 'Only those of the devices that have one of these versions; any when not given.' })
  sourceVersions?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Minutes from a device's first progress report, `limits.timeoutMinimum` to `limits.timeoutMaximum`; no limit when not given.",
  })
  timeoutMinutes?: number | null;

  @Field(() => String, { nullable: true, description: 'The same key with the same input gives the same verification for 24 h.' })
  idempotencyKey?: string | null;
}
