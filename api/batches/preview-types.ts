import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import type { BatchPreview } from '../../core/batches/contract';
import type { EndLimit } from '../../schema/model/task/expected-end';
import { EndLimitEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { selectionView } from './counts-view';
import { BatchSelection } from './types';

@ObjectType({ description: 'Devices of a preview with one version.' })
export class PreviewVersion {
  @Field(() => String, { nullable: true, description: 'Null: they have never reported one.' })
  version!: string | null;

  @Field(() => Int, { description: 'How many.' })
  devices!: number;
}

@ObjectType({ description: 'Notifications of some minutes.' })
export class PushCurvePoint {
  @Field(() => Int, { description: 'The first of these minutes, counted from the start.' })
  minute!: number;

  @Field(() => Int, { description: 'Devices notified in them.' })
  pushes!: number;

  @Field(() => Int, { description: 'Devices notified since the start.' })
  total!: number;
}

@ObjectType('EarliestHalt', {
  description: 'How early the failure threshold can halt a batch: if every device fails as soon as it is notified.',
})
export class EarliestHaltType {
  @Field(() => Int, { description: 'After so many devices: no fewer failures halt it.' })
  devices!: number;

  @Field(() => Int, {
    description:
      'Further devices that may be notified while that is found out: what is left of the push window under way. Slow failures let more through.',
  })
  inFlight!: number;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the last of `devices` is notified; null when that cannot be said.' })
  at!: Date | null;

  @Field(() => Boolean, { description: 'False: the batch has too few devices for its threshold ever to halt it.' })
  possible!: boolean;
}

@ObjectType('BatchPreview', { description: 'What a static batch would do if it were created now.' })
export class BatchPreviewType {
  @Field(() => BatchSelection, { description: 'What its selection of devices would find. Devices that are off-line are not passed over.' })
  selection!: BatchSelection;

  @Field(() => Int, { description: 'Of `selection.created`: devices that have the target already, and succeed without a notification.' })
  atTarget!: number;

  @Field(() => Int, { description: 'Devices to notify.' })
  toPush!: number;

  @Field(() => [PreviewVersion], {
    description: 'The matched devices by the version they have, most first; at most `limits.previewVersions`.',
  })
  versions!: PreviewVersion[];

  @Field(() => Int, { description: 'Matched devices with yet other versions.' })
  otherVersions!: number;

  @Field(() => Boolean, {
    description:
      'Some of the figures were concluded from a sample, as they are where more than `limits.previewExactDevices` devices match.',
  })
  estimated!: boolean;

  @Field(() => [PushCurvePoint], {
    description:
      'The notifications in the course of time, at most `limits.previewPoints` points, if every device is on-line. Where the rate grows with successes: if each succeeds at once.',
  })
  curve!: PushCurvePoint[];

  @Field(() => Int, { description: 'Minutes of a point of the curve.' })
  stepMinutes!: number;

  @Field(() => GraphQLDateTime, { description: 'When it would start.' })
  startAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the last device is notified; null when that cannot be said, or is never.',
  })
  lastPushAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it would end; null when that cannot be said.' })
  expectedEnd!: Date | null;

  @Field(() => EarliestHaltType, { nullable: true, description: 'Null: failures never halt it.' })
  earliestHalt!: EarliestHaltType | null;

  @Field(() => EndLimitEnum, { description: 'What its end waits for.' })
  limitedBy!: EndLimit;
}

@ObjectType()
export class PreviewBatchPayload extends Payload {
  @Field(() => BatchPreviewType, { nullable: true, description: 'Null when the batch would be refused; `userErrors` says why.' })
  preview!: BatchPreviewType | null;
}

export const previewView = ({ selection, dialectReason, points, ...preview }: BatchPreview): BatchPreviewType => ({
  ...preview,
  selection: selectionView(selection, dialectReason),
  atTarget: selection.atTarget,
  curve: points,
});
