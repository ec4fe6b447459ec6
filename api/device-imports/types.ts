import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { DeviceImport, ImportStatus } from '../../schema/model/device/device-import';
import { DeviceImportStatusEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { WithIdempotencyKey } from '../idempotency-key';
import type { ImportFeedEvent } from '../live/events';
import { Resync } from '../live/types';
import { NodeType } from '../nodes/types';
import { connectionOf } from '../paging/connection';

@ObjectType({ description: 'How many rows of an import make no device, by the first thing that is wrong with each.' })
export class ImportProblems {
  @Field(() => Int, { description: 'Another product than that of the import.' })
  product!: number;

  @Field(() => Int, { description: 'No device name.' })
  name!: number;

  @Field(() => Int, { description: 'A secret that is none.' })
  secret!: number;

  @Field(() => Int, { description: 'Fingerprints of certificates that are none, or too many of them.' })
  certificates!: number;

  @Field(() => Int, { description: 'A province without a city, or the other way round, or not such a name.' })
  region!: number;

  @Field(() => Int, { description: 'Tags that are none, or too many.' })
  tags!: number;

  @Field(() => Int, { description: 'More cells than columns.' })
  columns!: number;

  @Field(() => Int, { description: 'A name that an earlier row has.' })
  duplicate!: number;

  @Field(() => Int, { description: 'A name that a device of the product has already.' })
  exists!: number;

  @Field(() => Int, { description: 'A dialect that there is not, or an endpoint name or a pre-shared key where the dialect has none.' })
  dialect!: number;

  @Field(() => Int, { description: 'An endpoint name that is none, or that an earlier row or another device has.' })
  endpoint!: number;

  @Field(() => Int, {
    description: 'A pre-shared key or a PSK identity that is none, or an identity that an earlier row or another device has.',
  })
  psk!: number;

  @Field(() => Int, { description: 'An owner that is none.' })
  owner!: number;

  @Field(() => Int, { description: 'A parent that is neither there nor in the file.' })
  parentUnknown!: number;

  @Field(() => Int, { description: 'A parent that is the device itself, or a child.' })
  parentLevels!: number;

  @Field(() => Int, { description: 'A parent that speaks another dialect.' })
  parentDialect!: number;

  @Field(() => Int, { description: 'A parent that has as many children as it may.' })
  parentFull!: number;

  @Field(() => Int, { deprecationReason: 'Use parentUnknown.', description: 'The older name of `parentUnknown`.' })
  gatewayUnknown!: number;

  @Field(() => Int, { deprecationReason: 'Use parentLevels.', description: 'The older name of `parentLevels`.' })
  gatewayLevels!: number;

  @Field(() => Int, { deprecationReason: 'Use parentDialect.', description: 'The older name of `parentDialect`.' })
  gatewayDialect!: number;

  @Field(() => Int, { deprecationReason: 'Use parentFull.', description: 'The older name of `parentFull`.' })
  gatewayFull!: number;
}

@ObjectType('DeviceImport', { implements: NodeType, description: 'Devices from a file, which was sent to `POST /imports?productKey=…`.' })
export class DeviceImportType {
  @Field(() => ID, { description: 'Opaque.' })
  id!: string;

  @Field(() => String, { description: 'The product the devices are of.' })
  productKey!: string;

  @Field(() => DeviceImportStatusEnum, { description: 'Where it is on its way.' })
  status!: ImportStatus;

  @Field(() => Boolean, { description: 'Whether rows that are wrong are left out.' })
  skipInvalid!: boolean;

  @Field(() => Int, { description: 'Rows read so far that are not blank.' })
  rows!: number;

  @Field(() => Int, { description: 'Of them, those that can become devices.' })
  valid!: number;

  @Field(() => Int, { description: 'Devices that exist.' })
  created!: number;

  @Field(() => ImportProblems, { description: 'What is wrong with the others; `/imports/<id>/invalid.csv` names each.' })
  problems!: ImportProblems;

  @Field(() => GraphQLDateTime, { description: 'When its file began to arrive.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Null before.' })
  endedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'From then on it may be forgotten, with the secrets in `/imports/<id>/devices.csv`.' })
  expiresAt!: Date;
}

export const DeviceImportConnection = connectionOf(() => DeviceImportType, 'DeviceImport');

@InputType()
export class DeviceImportFilterInput {
  @Field(() => String, { nullable: true, description: 'Imports of this product.' })
  productKey?: string | null;

  @Field(() => DeviceImportStatusEnum, { nullable: true, description: 'Imports that stand here.' })
  status?: ImportStatus | null;
}

@ObjectType({ description: 'How far an import is: each event is the whole picture.' })
export class ImportProgress {
  @Field(() => DeviceImportType, { description: 'The import.' })
  import!: DeviceImport;

  @Field(() => String, { description: 'Opaque; subscribing with it as `after` goes on behind this event.' })
  cursor!: string;
}

export const ImportProgressEventUnion = createUnionType({
  name: 'ImportProgressEvent',
  description: 'Progress, or word that progress was missed.',
  types: () => [ImportProgress, Resync] as const,
  resolveType: (event) => ((event as unknown as ImportFeedEvent).kind === 'resync' ? 'Resync' : 'ImportProgress'),
});

@InputType()
export class ForgetDeviceImportInput extends WithIdempotencyKey {
  @Field(() => ID, { description: 'One that has ended.' })
  importId!: string;
}

@ObjectType()
export class ForgetDeviceImportPayload extends Payload {
  @Field(() => DeviceImportType, { nullable: true, description: 'What it was; null when it was refused.' })
  import!: DeviceImport | null;
}
