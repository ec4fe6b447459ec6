import { GraphQLBigInt, GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { Batch } from '../../schema/model/batch/batch';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { DigestAlgorithm } from '../../schema/model/package/package-fields';
import type { PackageKind, VerificationState } from '../../schema/model/package/package-rules';
import { BatchConnection, BatchType } from '../batches/types';
import { DigestAlgorithmEnum, PackageKindEnum, VerificationStateEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { API_LIMITS } from '../limits';
import { NodeType } from '../nodes/types';
import { connectionOf } from '../paging/connection';

@ObjectType('PackageFile', { description: 'A file of a package.' })
export class PackageFileType {
  @Field(() => String, { description: 'As it was uploaded.' })
  name!: string;

  @Field(() => GraphQLBigInt, { description: 'Bytes.' })
  size!: number;

  @Field(() => String, { description: 'Hex, computed while it was uploaded.' })
  md5!: string;

  @Field(() => String, { description: 'Hex, computed while it was uploaded.' })
  sha256!: string;

  @Field(() => String, {
    nullable: true,
    description: "Name of the product's signing key that its signature was checked with; null when it came without a signature.",
  })
  signedBy?: string;
}

@ObjectType('PackageVerification', { description: 'A package is tried on a few devices, before batches push it.' })
export class PackageVerificationType {
  @Field(() => Boolean, { description: 'Batches are refused until a verification has ended.' })
  required!: boolean;

  @Field(() => VerificationStateEnum, { description: 'Whether one has ended.' })
  state!: VerificationState;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the first one ended.' })
  verifiedAt!: Date | null;

  @Field(() => BatchConnection, { description: 'Verifications that were begun, latest first; watch them live with `batchProgress`.' })
  runs!: object;
}

@ObjectType('Package', {
  implements: NodeType,
  description: 'An update for one module of one product. Uploaded with `POST /packages`. OTAFirmware of Alibaba Cloud IoT.',
})
export class PackageType {
  @Field(() => ID, { description: 'Opaque.' })
  id!: string;

  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => String, { description: 'The product it is for.' })
  productKey!: string;

  @Field(() => String, { description: 'The module it is for; `default` when none was named.' })
  module!: string;

  @Field(() => String, { description: 'The version a device has afterwards.' })
  version!: string;

  @Field(() => String, { description: 'For people.' })
  description!: string;

  @Field(() => String, {
    nullable: true,
    complexity: API_LIMITS.longTextCost,
    description: 'Text for its devices, sent with each notification: `_package_udi` to Link devices, `custom_info` to IoTDA devices.',
  })
  customInfo!: string | null;

  @Field(() => DigestAlgorithmEnum, { description: 'What devices check the file with.' })
  digestAlgorithm!: DigestAlgorithm;

  @Field(() => [PackageFileType], { description: 'Its files.' })
  files!: PackageFileType[];

  @Field(() => PackageKindEnum, { description: 'What its files are. Type of Alibaba Cloud IoT.' })
  kind!: PackageKind;

  @Field(() => [String], {
    description: 'The versions it upgrades from; empty: any. SrcVersion of Alibaba Cloud IoT, supported source versions of IoTDA.',
  })
  sourceVersions!: string[];

  @Field(() => PackageVerificationType, { description: 'Whether it was tried on devices, and has to be.' })
  verification!: PackageVerificationType;

  @Field(() => GraphQLDateTime, { description: 'When it was uploaded.' })
  createdAt!: Date;
}

export const PackageConnection = connectionOf(() => PackageType, 'Package');

@ObjectType()
export class PackagePayload extends Payload {
  @Field(() => PackageType, { nullable: true, description: 'The package afterwards; null when it was refused.' })
  package!: FirmwarePackage | null;
}

@ObjectType()
export class DeletePackagePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The package that is no more; null when it was refused.' })
  packageId!: string | null;
}

@ObjectType()
export class VerifyPackagePayload extends Payload {
  @Field(() => BatchType, { nullable: true, description: 'The verification, a batch of its own; null when it was refused.' })
  batch!: Batch | null;
}
