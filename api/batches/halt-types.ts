import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { HaltPolicy } from '../../schema/model/batch/batch';
import { minimumOf } from '../../schema/model/batch/halt';

const RENAMED = 'Renamed to `minimumJudged`.';

@InputType({
  description:
    'When failures halt the batch: by a share, a number, or whichever of the two comes first. A device has failed as soon as its last attempt has, whether or not another follows, or when it goes back to its old version after a success; removed, canceled and rejected devices have no outcome.',
})
export class HaltPolicyInput {
  @Field(() => Int, { nullable: true, description: 'Percent of the devices with an outcome that have failed, 1–100.' })
  failedPercent?: number | null;

  @Field(() => Int, { nullable: true, description: 'Devices that have failed, 1 to `limits.haltDevicesMaximum`.' })
  failedCount?: number | null;

  @Field(() => Int, { nullable: true, deprecationReason: RENAMED, description: 'The older name of `minimumJudged`.' })
  minimumFinished?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Required. Before so many devices have an outcome, success or failure, the batch does not halt, 1 to `limits.haltDevicesMaximum`.',
  })
  minimumJudged?: number | null;
}

@ObjectType('HaltPolicy', { description: 'When failures halt the batch. Counted anew from each resume on.' })
export class HaltPolicyType {
  @Field(() => Int, { nullable: true, description: 'Percent of the devices with an outcome that have failed.' })
  failedPercent!: number | null;

  @Field(() => Int, { nullable: true, description: 'Devices that have failed.' })
  failedCount!: number | null;

  @Field(() => Int, { deprecationReason: RENAMED, description: 'The older name of `minimumJudged`.' })
  minimumFinished!: number;

  @Field(() => Int, { description: 'Before so many devices have an outcome, success or failure, the batch does not halt.' })
  minimumJudged!: number;
}

export const haltView = (halt: HaltPolicy): HaltPolicyType => ({
  failedPercent: halt.failedPercent ?? null,
  failedCount: halt.failedCount ?? null,
  minimumFinished: minimumOf(halt),
  minimumJudged: minimumOf(halt),
});
