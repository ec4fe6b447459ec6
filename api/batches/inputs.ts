import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { BatchDelivery, BatchKind, BatchStatus, DownloadProtocol } from '../../schema/model/batch/batch';
import type { DownloadScheme } from '../../schema/model/protocol/download-scheme';
import type { CancelableStatus } from '../../schema/model/task/cancel';
import { RegionInput } from '../devices/inputs';
import { BatchKindEnum, BatchStatusEnum, CancelableStatusEnum, DownloadProtocolEnum } from '../enums';
import { BatchDeliveryEnum, DownloadSchemeEnum } from '../lwm2m-enums';
import { DeferralPolicyInput } from './deferral-types';
import { HaltPolicyInput } from './halt-types';
import { PushRateInput } from './push-rate';
import { ScheduleInput } from './schedule-types';

@InputType({ description: 'A share of the devices, chosen at random.' })
export class PhasedScopeInput {
  @Field(() => Int, { description: '1–100, of the devices that match and have room for a task; rounded down, and at least one device.' })
  percent!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'The same seed chooses the same devices, and with a larger share those and more; busy ones are passed over. 1–64 letters, digits, _ and -; made up when not given.',
  })
  seed?: string | null;
}

@InputType({ description: 'Exactly one of its fields.' })
export class BatchScopeInput {
  @Field(() => Boolean, { nullable: true, description: 'True: every device of the product.' })
  all?: boolean | null;

  @Field(() => [String], { nullable: true, description: 'The devices with these names, at most `limits.targets`.' })
  deviceNames?: string[] | null;

  @Field(() => RegionInput, { nullable: true, description: 'The devices in this city.' })
  region?: RegionInput | null;

  @Field(() => PhasedScopeInput, { nullable: true, description: 'A share of the devices of the product.' })
  phased?: PhasedScopeInput | null;

  @Field(() => ID, { nullable: true, description: 'The devices in this group and in those below it.' })
  groupId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The devices of a file that was sent to `/lists`, and is clean.' })
  listId?: string | null;
}

@InputType()
export class RetryPolicyInput {
  @Field(() => Int, { description: 'One of `limits.retryIntervalMinutes`, 0: at once; shorter than the time-out.' })
  intervalMinutes!: number;

  @Field(() => Int, { description: 'One of `limits.retryCounts`.' })
  maxRetries!: number;
}

@InputType({ description: 'Something the device is told with its notification.' })
export class BatchTagInput {
  @Field(() => String, { description: '1 to `limits.tagKeyLength` letters, digits and dots; each key once.' })
  key!: string;

  @Field(() => String, { description: 'Up to `limits.tagValueLength` characters.' })
  value!: string;
}

/** What batches of both kinds are made from. */
@InputType()
export abstract class NewBatchInput {
  @Field(() => ID, { description: 'The package to push.' })
  packageId!: string;

  @Field(() => String, { nullable: true, description: 'For people; made up when not given.' })
  name?: string | null;

  @Field(() => BatchScopeInput, { description: 'Which devices it is for.' })
  scope!: BatchScopeInput;

  @Field(() => [String], {
    nullable: true,
    description:
      'Only devices with one of these versions; when not given, those the package names, or any. A differential package takes no others than its own. Not together with `deviceNames` or `listId`.',
  })
  sourceVersions?: string[] | null;

  @Field(() => PushRateInput, { nullable: true, description: 'How fast devices are notified; required unless `proactivePush` is false.' })
  pushRate?: PushRateInput | null;

  @Field(() => Boolean, { nullable: true, description: 'False: nothing is pushed, devices have to ask. True when not given.' })
  proactivePush?: boolean | null;

  @Field(() => RetryPolicyInput, { nullable: true, description: 'No retry when not given.' })
  retry?: RetryPolicyInput | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Minutes from a task's first progress report, `limits.timeoutMinimum` to `limits.timeoutMaximum`; no limit when not given.",
  })
  timeoutMinutes?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True: tasks wait until they are confirmed with `confirmTasks`. NeedConfirm of Alibaba Cloud IoT.',
  })
  confirmation?: boolean | null;

  @Field(() => DeferralPolicyInput, {
    nullable: true,
    description: 'With `confirmation: true`: how tasks may be deferred. Three times, each a week ahead at most, when not given.',
  })
  deferral?: DeferralPolicyInput | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "True: the devices' earlier tasks that are not in upgrade are canceled; otherwise a device keeps the task it has. OverwriteMode of Alibaba Cloud IoT.",
  })
  overridePrevious?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: devices may be upgraded while other batches of this kind upgrade other modules of theirs, `limits.runningModules` at once. MultiModuleMode of Alibaba Cloud IoT.',
  })
  multiModule?: boolean | null;

  @Field(() => HaltPolicyInput, { nullable: true, description: 'Failures never halt it when not given.' })
  halt?: HaltPolicyInput | null;

  @Field(() => DownloadProtocolEnum, {
    nullable: true,
    description: 'HTTPS when not given; MQTT takes one file of at most `limits.mqttFileBytes`.',
  })
  downloadProtocol?: DownloadProtocol | null;

  @Field(() => BatchDeliveryEnum, {
    nullable: true,
    description: 'Of LwM2M devices: whether they download or the file is written to them; ANY when not given. Nothing to other devices.',
  })
  delivery?: BatchDelivery | null;

  @Field(() => [DownloadSchemeEnum], {
    nullable: true,
    description:
      'Of LwM2M devices: which addresses they may be given, of those that the installation has; all of them when not given. Nothing to other devices.',
  })
  schemes?: DownloadScheme[] | null;

  @Field(() => [BatchTagInput], {
    nullable: true,
    description:
      'Up to `limits.batchTags`, with `limits.tagsLength` characters in keys and values together; none when not given. Tag.N of Alibaba Cloud IoT.',
  })
  tags?: BatchTagInput[] | null;

  @Field(() => String, { nullable: true, description: 'The same key with the same input gives the same batch for 24 h.' })
  idempotencyKey?: string | null;
}

@InputType()
export class CreateStaticBatchInput extends NewBatchInput {
  @Field(() => ScheduleInput, { nullable: true, description: 'It starts at once when not given.' })
  schedule?: ScheduleInput | null;
}

@InputType({
  description:
    'The scope is any but a share of the devices. `sourceVersions` are required, unless the package has its own or devices are named.',
})
export class CreateDynamicBatchInput extends NewBatchInput {
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: devices count with what they report from now on, and not with what they had reported. DynamicMode 2 of Alibaba Cloud IoT.',
  })
  newlyReportedOnly?: boolean | null;
}

@InputType()
abstract class NamesBatch {
  @Field(() => ID, { description: 'Which batch.' })
  batchId!: string;
}

@InputType()
export class BatchCommandInput extends NamesBatch {
  @Field(() => String, {
    nullable: true,
    description:
      'For `deleteBatch`: the same call with the same key does nothing more for 24 h, and gets the same answer. Calls that pause or resume need none, and pass it over.',
  })
  idempotencyKey?: string | null;
}

@InputType()
export class CancelBatchInput extends NamesBatch {
  @Field(() => [CancelableStatusEnum], {
    nullable: true,
    description: 'Only these tasks are canceled, and the batch goes on with the others; the batch with all its tasks when not given.',
  })
  statuses?: CancelableStatus[] | null;
}

@InputType()
export class BatchFilterInput {
  @Field(() => String, { nullable: true, description: 'Batches of this product.' })
  productKey?: string | null;

  @Field(() => ID, { nullable: true, description: 'Batches that push this package.' })
  packageId?: string | null;

  @Field(() => BatchStatusEnum, { nullable: true, description: 'Batches in this status.' })
  status?: BatchStatus | null;

  @Field(() => [BatchStatusEnum], { nullable: true, description: 'Batches in one of these statuses; an empty list is none given.' })
  statuses?: BatchStatus[] | null;

  @Field(() => BatchKindEnum, { nullable: true, description: 'Batches of this kind.' })
  kind?: BatchKind | null;

  @Field(() => String, { nullable: true, description: 'What is in the name, without regard to case.' })
  text?: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Batches that were created then or later.' })
  createdFrom?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Batches that were created before that.' })
  createdBefore?: Date | null;
}

@InputType()
export class CancelDynamicPolicyInput extends NamesBatch {
  @Field(() => [CancelableStatusEnum], {
    nullable: true,
    description: 'These tasks are canceled as well, also once the policy was; none when not given.',
  })
  statuses?: CancelableStatus[] | null;
}
