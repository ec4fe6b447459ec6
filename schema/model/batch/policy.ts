import { reportedVersionViolation } from '../device/module-version';
import { tagViolations } from '../device/tags';
import type { Limits } from '../limits';
import type { Violation } from '../violation';
import type { BatchPolicy, BatchScope, RetryPolicy } from './batch';
import { deferralViolations } from './deferral-policy';
import { haltViolations } from './halt';
import { rateViolations } from './rate-policy';

const isWithin = (value: number, minimum: number, maximum: number): boolean =>
  Number.isInteger(value) && value >= minimum && value <= maximum;

function notOffered(field: string, what: string, value: number, offered: readonly number[]): Violation {
  const limit = offered.join(', ');
  return {
    code: 'OUT_OF_RANGE',
    field,
    message: `The ${what} ${value} is not one of those offered: ${limit}.`,
    hint: `Choose one of ${limit}, or leave the retry policy out for no retry.`,
    limit,
  };
}

/** R-TASK-5, the retry policy on its own. */
function retryViolations(retry: RetryPolicy, limits: Limits): Violation[] {
  const violations: Violation[] = [];
  if (!limits.retryIntervalMinutes.includes(retry.intervalMinutes))
    violations.push(notOffered('retry.intervalMinutes', 'retry interval in minutes', retry.intervalMinutes, limits.retryIntervalMinutes));
  if (!limits.retryCounts.includes(retry.maxRetries))
    violations.push(notOffered('retry.maxRetries', 'number of retries', retry.maxRetries, limits.retryCounts));
  return violations;
}

/** R-TASK-4. */
function timeoutViolations(timeoutMinutes: number, limits: Limits): Violation[] {
  const { timeoutMinimum, timeoutMaximum } = limits;
  if (isWithin(timeoutMinutes, timeoutMinimum, timeoutMaximum)) return [];
  return [
    {
      code: 'OUT_OF_RANGE',
      field: 'timeoutMinutes',
      message: `The time-out ${timeoutMinutes} is not a whole number of minutes between ${timeoutMinimum} and ${timeoutMaximum}.`,
      hint: `Give a whole number from ${timeoutMinimum} to ${timeoutMaximum}, or leave it out for no time-out.`,
      limit: `${timeoutMinimum}–${timeoutMaximum}`,
    },
  ];
}

/** R-TASK-5: a retry that begins when the time-out has run can never help. */
function orderViolations(retry: RetryPolicy, timeoutMinutes: number): Violation[] {
  if (retry.intervalMinutes < timeoutMinutes) return [];
  return [
    {
      code: 'RETRY_NOT_BEFORE_TIMEOUT',
      field: 'retry.intervalMinutes',
      message: `The retry interval of ${retry.intervalMinutes} min is not shorter than the time-out of ${timeoutMinutes} min.`,
      hint: 'Shorten the retry interval, or raise the time-out or leave it out.',
      limit: `< ${timeoutMinutes}`,
    },
  ];
}

/** R-BAT-14, within one batch; between batches of a product it is checked when one is created. */
function settingsViolations({ multiModule, overridePrevious }: BatchPolicy): Violation[] {
  if (!multiModule || !overridePrevious) return [];
  return [
    {
      code: 'MULTI_MODULE_OR_OVERRIDE',
      field: 'multiModule',
      message: 'A batch either upgrades beside other modules, or overrides earlier tasks.',
      hint: 'Choose one of the two. With multi-module, earlier tasks of the same module that have not begun give way anyhow.',
    },
  ];
}

/** Everything wrong with a batch's policy (R-RATE-1, R-RATE-2, R-TASK-4, R-TASK-5, R-TASK-12, R-BAT-14, R-BAT-17); empty when it can be used. */
export function policyViolations(policy: BatchPolicy, limits: Limits): Violation[] {
  const { rate, retry, timeoutMinutes } = policy;
  const ofRetry = retry === null ? [] : retryViolations(retry, limits);
  const ofTimeout = timeoutMinutes === null ? [] : timeoutViolations(timeoutMinutes, limits);
  const comparable = retry !== null && timeoutMinutes !== null && ofRetry.length === 0 && ofTimeout.length === 0;
  const ofDeferral = policy.deferral ? deferralViolations(policy.deferral, policy.confirmation === true, limits) : [];
  const ofHalt = policy.halt ? haltViolations(policy.halt, limits) : [];
  return [
    ...(policy.proactivePush === false ? [] : rateViolations(rate, limits)),
    ...ofHalt,
    ...ofDeferral,
    ...ofRetry,
    ...ofTimeout,
    ...(comparable ? orderViolations(retry, timeoutMinutes) : []),
    ...settingsViolations(policy),
    ...tagViolations(policy.tags ?? [], limits),
  ];
}

/** R-BAT-5: each source version is one that a device may report, and none is the one the package brings. `field` is the list's path. */
export function sourceVersionViolations(sourceVersions: readonly string[], targetVersion: string, field = 'sourceVersions'): Violation[] {
  return sourceVersions.flatMap((version, index) => {
    const place = `${field}.${index}`;
    const malformed = reportedVersionViolation(version, place);
    if (malformed) return [malformed];
    if (version !== targetVersion) return [];
    return [
      {
        code: 'SOURCE_IS_TARGET' as const,
        field: place,
        message: `The source version ${version} is the version the package brings.`,
        hint: 'Take it off the list: devices that have it need no upgrade.',
      },
    ];
  });
}

/** R-BAT-5: devices chosen one by one, by hand or by a file, are meant whatever their versions. */
export function targetedVersionViolations({ kind }: BatchScope, sourceVersions: readonly string[]): Violation[] {
  if ((kind !== 'targeted' && kind !== 'list') || sourceVersions.length === 0) return [];
  return [
    {
      code: 'SOURCE_VERSIONS_TARGETED',
      field: 'sourceVersions',
      message: 'The batch names its devices one by one, and source versions as well.',
      hint: 'Leave the source versions out: the devices named are meant, and a package with source versions of its own passes over the rest.',
    },
  ];
}
