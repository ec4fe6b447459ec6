import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import type { BatchDelivery, DownloadProtocol } from '../../schema/model/batch/batch';
import type { DownloadScheme } from '../../schema/model/protocol/download-scheme';
import type { EndLimit } from '../../schema/model/task/expected-end';
import { DownloadProtocolEnum, EndLimitEnum } from '../enums';
import { API_LIMITS } from '../limits';
import { BatchDeliveryEnum, DownloadSchemeEnum } from '../lwm2m-enums';
import { DeferralPolicyType } from './deferral-types';
import { HaltPolicyType } from './halt-types';
import { PushRate } from './push-rate';

@ObjectType('RetryPolicy', { description: 'What follows a failed attempt.' })
export class RetryPolicyType {
  @Field(() => Int, { description: 'Minutes between an attempt that failed and the next one. RetryInterval of Alibaba Cloud IoT.' })
  intervalMinutes!: number;

  @Field(() => Int, { description: 'Attempts after the first. RetryCount of Alibaba Cloud IoT.' })
  maxRetries!: number;
}

@ObjectType('BatchTag', { description: 'Something the device is told with its notification.' })
export class BatchTagType {
  @Field(() => String, { description: 'Letters, digits and dots; unique for the batch.' })
  key!: string;

  @Field(() => String, { complexity: API_LIMITS.longTextCost, description: 'Any text.' })
  value!: string;
}

@ObjectType('BatchPolicy', { description: 'How a batch is carried out.' })
export class BatchPolicyType {
  @Field(() => PushRate, { nullable: true, description: 'How fast devices are notified; null when `proactivePush` is false.' })
  pushRate!: PushRate | null;

  @Field(() => Boolean, { description: 'False: nothing is pushed, devices have to ask.' })
  proactivePush!: boolean;

  @Field(() => RetryPolicyType, { nullable: true, description: 'Null: a failed attempt is the last.' })
  retry!: RetryPolicyType | null;

  @Field(() => Int, {
    nullable: true,
    description: "Minutes from a task's first progress report until it fails; null: no limit. TimeoutInMinutes of Alibaba Cloud IoT.",
  })
  timeoutMinutes!: number | null;

  @Field(() => Boolean, { description: 'Whether tasks wait for confirmation. NeedConfirm of Alibaba Cloud IoT.' })
  confirmation!: boolean;

  @Field(() => DeferralPolicyType, { nullable: true, description: 'How that may be deferred; null without confirmation.' })
  deferral!: DeferralPolicyType | null;

  @Field(() => Boolean, { description: 'Whether earlier tasks of the devices give way. OverwriteMode of Alibaba Cloud IoT.' })
  overridePrevious!: boolean;

  @Field(() => Boolean, {
    description: 'Whether devices may be upgraded beside other modules of theirs. MultiModuleMode of Alibaba Cloud IoT.',
  })
  multiModule!: boolean;

  @Field(() => HaltPolicyType, { nullable: true, description: 'Null: failures never halt it.' })
  halt!: HaltPolicyType | null;

  @Field(() => DownloadProtocolEnum, { description: 'How devices get the bytes.' })
  downloadProtocol!: DownloadProtocol;

  @Field(() => BatchDeliveryEnum, { description: 'Of LwM2M devices: whether they download, or the file is written to them.' })
  delivery!: BatchDelivery;

  @Field(() => [DownloadSchemeEnum], {
    nullable: true,
    description: 'Of LwM2M devices: which addresses they may be given; null: all that the installation has.',
  })
  schemes!: DownloadScheme[] | null;

  @Field(() => [BatchTagType], { description: 'Sent to the device with the notification; in the Link dialect as `extData`.' })
  tags!: BatchTagType[];
}

@ObjectType({ description: 'Devices notified a minute.' })
export class BatchRate {
  @Field(() => Int, { description: 'What the policy asks for now.' })
  asked!: number;

  @Field(() => Int, { description: 'What was reached over the last minute.' })
  reached!: number;
}

@ObjectType('BatchEnd', { description: 'When a batch ends, as far as can be said.' })
export class BatchEndType {
  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the last device is notified, or the scheduled end; null when it cannot be said.',
  })
  at!: Date | null;

  @Field(() => EndLimitEnum, { description: 'What the end waits for.' })
  limitedBy!: EndLimit;
}
