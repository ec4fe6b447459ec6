import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { RatePolicy, RateThreshold } from '../../schema/model/batch/batch';
import { RateThresholdEnum } from './rate-inputs';

@ObjectType('VariableRate', { description: 'A push rate that grows with what was reached.' })
export class VariableRateType {
  @Field(() => Int, { description: 'Devices a minute at first.' })
  base!: number;

  @Field(() => Float, { description: 'What each further `thresholdCount` devices multiply it by.' })
  factor!: number;

  @Field(() => Int, { description: 'Devices a minute at most.' })
  maximum!: number;

  @Field(() => RateThresholdEnum, { description: 'Which devices are counted.' })
  threshold!: RateThreshold;

  @Field(() => Int, { description: 'How many of them raise the rate once.' })
  thresholdCount!: number;
}

@ObjectType({ description: 'How many devices are notified a minute. The roll-out rate of an OTA job of Alibaba Cloud IoT.' })
export class PushRate {
  @Field(() => Int, { nullable: true, description: 'Devices a minute; null when the rate is variable.' })
  perMinute!: number | null;

  @Field(() => VariableRateType, { nullable: true, description: 'Null when the rate is constant.' })
  variable!: VariableRateType | null;
}

export function pushRateOf(rate: RatePolicy): PushRate {
  if (rate.kind === 'constant') return { perMinute: rate.perMinute, variable: null };
  const { base, factor, maximum, threshold } = rate;
  return { perMinute: null, variable: { base, factor, maximum, threshold: threshold.of, thresholdCount: threshold.count } };
}
