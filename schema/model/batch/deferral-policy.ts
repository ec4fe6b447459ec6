import type { Limits } from '../limits';
import type { Violation } from '../violation';
import { wholeNumberViolations } from '../whole-number';
import type { BatchPolicy, DeferralPolicy } from './batch';

/** Of a batch that says nothing: three times, each a week ahead at most. */
const DEFAULT = { maxTimes: 3, maxHours: 7 * 24 };

type SettledDeferral = Required<DeferralPolicy>;

/** R-TASK-12: how often and how far ahead tasks of a batch may be deferred; null where it asks nobody for confirmation. */
export const deferralOf = (policy: Pick<BatchPolicy, 'confirmation' | 'deferral'>, limits: Limits): SettledDeferral | null =>
  policy.confirmation ? settledDeferral(policy.deferral, limits) : null;

/** The defaults keep to what the limits of the installation allow. */
export const settledDeferral = (deferral: DeferralPolicy | undefined, limits: Limits): SettledDeferral => ({
  maxTimes: deferral?.maxTimes ?? Math.min(DEFAULT.maxTimes, limits.deferrals),
  maxHours: deferral?.maxHours ?? Math.min(DEFAULT.maxHours, limits.deferralHours),
});

/** `asks`: the batch asks for confirmation. */
export function deferralViolations(deferral: DeferralPolicy, asks: boolean, limits: Limits): Violation[] {
  if (!asks) return [UNUSED];
  const { maxTimes, maxHours } = settledDeferral(deferral, limits);
  return [
    ...wholeNumberViolations('deferral.maxTimes', 'number of deferrals', 'deferrals', maxTimes, 0, limits.deferrals),
    ...wholeNumberViolations('deferral.maxHours', 'length of a deferral', 'hours', maxHours, 1, limits.deferralHours),
  ];
}

const UNUSED: Violation = {
  code: 'DEFERRAL_UNUSED',
  field: 'deferral',
  message: 'The batch asks nobody for confirmation, so there is nothing to defer.',
  hint: 'Leave `deferral` out, or create the batch with `confirmation: true`.',
};
