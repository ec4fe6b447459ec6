import { Field, ID, InputType } from 'type-graphql';
import type { DigestAlgorithm } from '../../schema/model/package/package-fields';
import type { PackageKind } from '../../schema/model/package/package-rules';
import { DigestAlgorithmEnum, PackageKindEnum } from '../enums';

@InputType()
export class CreatePackageInput {
  @Field(() => ID, { nullable: true, description: 'A finished upload of `/uploads`; give this or `uploadIds`.' })
  uploadId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Finished uploads of `/uploads`, a file each, at most `limits.packageFiles`; give this or `uploadId`.',
  })
  uploadIds?: string[] | null;

  @Field(() => String, { description: 'The product it is for.' })
  productKey!: string;

  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The module it is for; `default` when not given.' })
  module?: string | null;

  @Field(() => String, { description: 'The version a device has afterwards.' })
  version!: string;

  @Field(() => String, { nullable: true, description: 'For people, up to `limits.descriptionLength` characters.' })
  description?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Text for its devices, sent with each notification; up to `limits.customInfoLength` characters. Udi of Alibaba Cloud IoT, custom_info of IoTDA.',
  })
  customInfo?: string | null;

  @Field(() => DigestAlgorithmEnum, { nullable: true, description: 'What devices check the file with; SHA256 when not given.' })
  digestAlgorithm?: DigestAlgorithm | null;

  @Field(() => PackageKindEnum, { nullable: true, description: 'FULL when not given.' })
  kind?: PackageKind | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The versions it upgrades from; any when not given. A differential package names at least one.',
  })
  sourceVersions?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'True: batches wait until a verification has succeeded.' })
  verificationRequired?: boolean | null;

  @Field(() => String, { nullable: true, description: 'The MD5 or SHA-256 the first file must have: hex, also as `sha256sum` prints it.' })
  digest?: string | null;

  @Field(() => String, { nullable: true, description: 'The same key and input give the same answer for 24 h.' })
  idempotencyKey?: string | null;
}
