import type { Limits } from '../limits';
import type { Violation } from '../violation';
import { wholeNumberViolations } from '../whole-number';
import type { RatePolicy, VariableRate } from './batch';

/** Everything wrong with a push rate (R-RATE-1, R-RATE-2). */
export function rateViolations(rate: RatePolicy, limits: Limits): Violation[] {
  const { rateMinimum, rateMaximum } = limits;
  if (rate.kind === 'variable') return variableViolations(rate, limits);
  return wholeNumberViolations('pushRate.perMinute', 'push rate', 'devices a minute', rate.perMinute, rateMinimum, rateMaximum);
}

function variableViolations({ base, factor, maximum, threshold }: VariableRate, limits: Limits): Violation[] {
  const { rateBaseMinimum, rateMinimum, rateMaximum, rateThresholdMaximum } = limits;
  const ofBase = wholeNumberViolations('pushRate.variable.base', 'base push rate', 'devices a minute', base, rateBaseMinimum, rateMaximum);
  const ofMaximum = wholeNumberViolations(
    'pushRate.variable.maximum',
    'maximum push rate',
    'devices a minute',
    maximum,
    rateMinimum,
    rateMaximum,
  );
  return [
    ...ofBase,
    ...factorViolations(factor, limits),
    ...ofMaximum,
    ...(ofBase.length + ofMaximum.length === 0 && base > maximum ? [baseAboveMaximum(base, maximum)] : []),
    ...wholeNumberViolations('pushRate.variable.thresholdCount', 'threshold', 'devices', threshold.count, 1, rateThresholdMaximum),
  ];
}

function factorViolations(factor: number, { rateFactorMinimum, rateFactorMaximum }: Limits): Violation[] {
  const [least, most] = [rateFactorMinimum, rateFactorMaximum].map((hundredths) => (hundredths / 100).toFixed(2));
  const field = 'pushRate.variable.factor';
  const hint = `Give a number from ${least} to ${most} with at most two decimals.`;
  const limit = `${least}–${most}`;
  if (!(factor >= rateFactorMinimum / 100 && factor <= rateFactorMaximum / 100)) {
    return [{ code: 'OUT_OF_RANGE', field, message: `The factor ${factor} is not between ${least} and ${most}.`, hint, limit }];
  }
  if (Number(factor.toFixed(2)) === factor) return [];
  return [{ code: 'INVALID_FORMAT', field, message: `The factor ${factor} has more than two decimals.`, hint, limit }];
}

const baseAboveMaximum = (base: number, maximum: number): Violation => ({
  code: 'RATE_BASE_ABOVE_MAXIMUM',
  field: 'pushRate.variable.base',
  message: `The base push rate ${base} is above the maximum push rate ${maximum}.`,
  hint: 'Lower the base rate or raise the maximum.',
  limit: `≤ ${maximum}`,
});
