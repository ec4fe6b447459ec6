import { GraphQLBigInt } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('Limits', { description: 'Numbers for user interfaces, as they are set here.' })
export class LimitsType {
  @Field(() => GraphQLBigInt, { description: 'Bytes of a package file.' })
  fileBytes!: number;

  @Field(() => Int, { description: 'Packages in all.' })
  packages!: number;

  @Field(() => Int, { description: "Characters of a package's description." })
  descriptionLength!: number;

  @Field(() => Int, { description: 'Source versions of a package.' })
  packageSourceVersions!: number;

  @Field(() => Int, { description: 'Public keys of a product.' })
  signingKeys!: number;

  @Field(() => Int, { description: 'Devices of a verification.' })
  verificationDevices!: number;

  @Field(() => Int, { description: 'Lowest push rate, devices a minute.' })
  rateMinimum!: number;

  @Field(() => Int, { description: 'Highest push rate, devices a minute.' })
  rateMaximum!: number;

  @Field(() => Int, { description: 'Shortest time-out, minutes.' })
  timeoutMinimum!: number;

  @Field(() => Int, { description: 'Longest time-out, minutes.' })
  timeoutMaximum!: number;

  @Field(() => [Int], { description: 'Retry intervals to choose from, minutes.' })
  retryIntervalMinutes!: readonly number[];

  @Field(() => [Int], { description: 'Numbers of retries to choose from.' })
  retryCounts!: readonly number[];

  @Field(() => Int, { description: 'Devices named by hand in one batch.' })
  targets!: number;

  @Field(() => Int, { description: 'Devices registered in one call.' })
  registrations!: number;

  @Field(() => Int, { description: 'Rows of a file of devices: of an import, and of a list for a batch.' })
  deviceFileRows!: number;

  @Field(() => Int, { description: 'Devices behind one gateway.' })
  gatewayChildren!: number;

  @Field(() => Int, { description: 'Items of one page.' })
  pageSize!: number;

  @Field(() => Int, { description: 'Hours a download address is good for.' })
  downloadTokenHours!: number;

  @Field(() => GraphQLBigInt, { description: 'Bytes of a file that is downloaded over MQTT.' })
  mqttFileBytes!: number;

  @Field(() => Int, { description: 'Resumable uploads of one API key that no package uses yet.' })
  uploadsPerKey!: number;

  @Field(() => Int, { description: 'Hours a resumable upload is kept after its last byte without becoming a package.' })
  uploadHours!: number;
}
