import { Field, InputType, Int, ObjectType } from 'type-graphql';

@InputType({ description: 'When failures halt the batch: by a share, a number, or whichever of the two comes first.' })
export class HaltPolicyInput {
  @Field(() => Int, { nullable: true, description: 'Percent of the finished devices that have failed, 1–100.' })
  failedPercent?: number | null;

  @Field(() => Int, { nullable: true, description: 'Devices that have failed, 1–1,000,000.' })
  failedCount?: number | null;

  @Field(() => Int, { description: 'Before so many devices have finished nothing is judged, 1–1,000,000.' })
  minimumFinished!: number;
}

@ObjectType('HaltPolicy', { description: 'When failures halt the batch. Counted anew from each resume on.' })
export class HaltPolicyType {
  @Field(() => Int, { nullable: true, description: 'Percent of the finished devices that have failed.' })
  failedPercent!: number | null;

  @Field(() => Int, { nullable: true, description: 'Devices that have failed.' })
  failedCount!: number | null;

  @Field(() => Int, { description: 'Before so many devices have finished nothing is judged.' })
  minimumFinished!: number;
}
