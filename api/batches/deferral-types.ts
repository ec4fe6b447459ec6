import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { DeferralPolicy } from '../../schema/model/batch/batch';

@InputType({ description: 'How tasks that wait for confirmation may be deferred with `deferTasks`.' })
export class DeferralPolicyInput {
  @Field(() => Int, { description: 'How often each task, 0 to `limits.deferrals`; 0: not at all.' })
  maxTimes!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'How many hours ahead each time, 1 to `limits.deferralHours`; a week when not given. Never beyond a scheduled end.',
  })
  maxHours?: number | null;
}

@ObjectType('DeferralPolicy', { description: 'How tasks that wait for confirmation may be deferred with `deferTasks`.' })
export class DeferralPolicyType {
  @Field(() => Int, { description: 'How often each task; 0: not at all.' })
  maxTimes!: number;

  @Field(() => Int, { description: 'How many hours ahead each time; never beyond a scheduled end.' })
  maxHours!: number;
}

/** The bare values: what is stored has no class. */
export const deferralPolicyOf = ({ maxTimes, maxHours }: DeferralPolicyInput): DeferralPolicy => ({
  maxTimes,
  ...(maxHours != null && { maxHours }),
});
