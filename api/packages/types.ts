import { GraphQLBigInt, GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { DigestAlgorithm } from '../../schema/model/fleet';
import { DigestAlgorithmEnum } from '../enums';
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
}

@ObjectType('Package', {
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

  @Field(() => DigestAlgorithmEnum, { description: 'What devices check the file with.' })
  digestAlgorithm!: DigestAlgorithm;

  @Field(() => [PackageFileType], { description: 'Its files.' })
  files!: PackageFileType[];

  @Field(() => GraphQLDateTime, { description: 'When it was uploaded.' })
  createdAt!: Date;
}

export const PackageConnection = connectionOf(() => PackageType, 'Package');
