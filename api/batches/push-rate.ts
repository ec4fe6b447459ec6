import { Field, Float, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { UserError } from '../../core/errors';
import type { RatePolicy, RateThreshold } from '../../schema/model/batch/batch';

export const RateThresholdEnum = { NOTIFIED: 'notified', SUCCEEDED: 'succeeded' } as const satisfies Record<string, RateThreshold>;
registerEnumType(RateThresholdEnum, {
  name: 'RateThreshold',
  description: 'What a variable push rate grows with.',
  valuesConfig: {
    NOTIFIED: { description: 'Devices that were notified, each once.' },
    SUCCEEDED: { description: 'Devices that have succeeded; not those that had the target before.' },
  },
});

@InputType({ description: 'Each further `thresholdCount` devices multiply the rate by `factor`, up to `maximum`.' })
export class VariableRateInput {
  @Field(() => Int, { description: 'Devices a minute at first, at least `limits.rateBaseMinimum`, not above `maximum`.' })
  base!: number;

  @Field(() => Float, {
    description: 'At most two decimals; from `limits.rateFactorMinimum` to `limits.rateFactorMaximum`, which are hundredths.',
  })
  factor!: number;

  @Field(() => Int, { description: 'Devices a minute at most, `limits.rateMinimum` to `limits.rateMaximum`.' })
  maximum!: number;

  @Field(() => RateThresholdEnum, { description: 'Which devices are counted.' })
  threshold!: RateThreshold;

  @Field(() => Int, { description: 'How many of them raise the rate once, 1 to `limits.rateThresholdMaximum`.' })
  thresholdCount!: number;
}

@InputType({ description: 'Exactly one of the two.' })
export class PushRateInput {
  @Field(() => Int, { nullable: true, description: 'A constant rate: devices a minute, `limits.rateMinimum` to `limits.rateMaximum`.' })
  perMinute?: number | null;

  @Field(() => VariableRateInput, { nullable: true, description: 'A rate that grows with what was reached.' })
  variable?: VariableRateInput | null;
}

export function ratePolicyOf({ perMinute, variable }: PushRateInput): RatePolicy {
  if (perMinute != null && !variable) return { kind: 'constant', perMinute };
  if (variable && perMinute == null) {
    const { base, factor, maximum, threshold, thresholdCount } = variable;
    return { kind: 'variable', base, factor, maximum, threshold: { of: threshold, count: thresholdCount } };
  }
  throw new UserError('REQUIRED', {
    field: 'pushRate',
    message: `The push rate is ${variable ? 'both constant and variable' : 'neither constant nor variable'}.`,
    hint: 'Give either `perMinute` or `variable`.',
  });
}

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
