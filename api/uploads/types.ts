import { GraphQLBigInt } from 'graphql-scalars';
import { createUnionType, Field, ID, ObjectType } from 'type-graphql';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { UploadState } from '../../schema/model/package/upload';
import { UploadStateEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import type { UploadFeedEvent } from '../live/events';
import { Resync } from '../live/types';
import { PackageType } from '../packages/types';

@ObjectType()
export class CreatePackagePayload extends Payload {
  @Field(() => PackageType, { nullable: true, description: 'The new package; null when it was refused.' })
  package!: FirmwarePackage | null;
}

@ObjectType({ description: 'How far an upload is: each event is the whole picture.' })
export class UploadProgress {
  @Field(() => ID, { description: 'The last part of its address.' })
  uploadId!: string;

  @Field(() => GraphQLBigInt, { description: 'Bytes that have arrived.' })
  received!: number;

  @Field(() => GraphQLBigInt, { description: 'Bytes that are safe: after a cut it goes on from here.' })
  offset!: number;

  @Field(() => GraphQLBigInt, { description: 'Bytes it will have.' })
  size!: number;

  @Field(() => UploadStateEnum, { description: 'What has become of it.' })
  state!: UploadState;

  @Field(() => String, { description: 'Opaque; subscribing with it as `after` goes on behind this event.' })
  cursor!: string;
}

export const UploadProgressEventUnion = createUnionType({
  name: 'UploadProgressEvent',
  description: 'Progress, or word that progress was missed.',
  types: () => [UploadProgress, Resync] as const,
  resolveType: (event) => ((event as unknown as UploadFeedEvent).kind === 'resync' ? 'Resync' : 'UploadProgress'),
});
