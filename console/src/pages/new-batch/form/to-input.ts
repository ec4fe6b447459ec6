import type {
  BatchScopeInput,
  ChosenPackageFragment,
  CreateStaticBatchInput,
  PushRateInput,
} from '../../../generated/pages/new-batch/documents.js';
import { type Entered, needsVersions, takesVersions, type Values } from './values.js';

export type Field = Exclude<keyof Values, 'tags'> | `tags.${number}.key` | `tags.${number}.value` | 'tags';

const GRAPHQL_INT = 2 ** 31 - 1;

/** Whatever the limits are, the API says: here it only has to be a number that can be sent. */
const isNumber = (value: Entered): value is number => typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= GRAPHQL_INT;
const isGiven = (value: Entered): boolean => value !== '';

/** Fields without which there is nothing to ask the API about. */
export function missing(values: Values, chosen: Pick<ChosenPackageFragment, 'sourceVersions'> | null): Field[] {
  const fields: (Field | false)[] = [
    values.packageId === '' && 'packageId',
    ...ofScope(values),
    needsVersions(values, chosen) && values.sourceVersions.length === 0 && 'sourceVersions',
    ...ofStart(values),
    ...numbers(
      values,
      values.rate === 'constant' ? ['perMinute'] : values.rate === 'variable' ? ['base', 'factor', 'maximum', 'thresholdCount'] : [],
    ),
    isGiven(values.timeoutMinutes) && !isNumber(values.timeoutMinutes) && 'timeoutMinutes',
    ...numbers(values, values.confirmation ? ['maxTimes', 'maxHours'] : []),
    ...ofHalt(values),
    ...values.tags.map(({ key }, index) => key === '' && (`tags.${index}.key` as const)),
  ];
  return fields.filter((field) => field !== false);
}

const numbers = (values: Values, names: (keyof Values & Field)[]): Field[] => names.filter((name) => !isNumber(values[name] as Entered));

function ofScope(values: Values): (Field | false)[] {
  switch (values.scope) {
    case 'all':
      return [];
    case 'names':
      return [values.deviceNames.length === 0 && 'deviceNames'];
    case 'list':
      return [values.listId === '' && 'listId'];
    case 'region':
      return [values.province.trim() === '' && 'province', values.city.trim() === '' && 'city'];
    case 'share':
      return numbers(values, ['percent']);
    case 'group':
      return [values.groupId === '' && 'groupId'];
  }
}

const isScheduled = ({ kind, start }: Values): boolean => kind === 'STATIC' && start === 'scheduled';
const isTime = (local: string): boolean => !Number.isNaN(new Date(local).getTime());

function ofStart(values: Values): (Field | false)[] {
  if (!isScheduled(values)) return [];
  return [!isTime(values.startAt) && 'startAt', values.endAt !== '' && !isTime(values.endAt) && 'endAt'];
}

function ofHalt(values: Values): Field[] {
  if (!values.halt) return [];
  const given = (['failedPercent', 'failedCount'] as const).filter((name) => isGiven(values[name]));
  return [...(given.length === 0 ? (['failedPercent'] as const) : numbers(values, [...given])), ...numbers(values, ['minimumJudged'])];
}

const numberOrNull = (value: Entered): number | null => (isNumber(value) ? value : null);
const utc = (local: string): string => new Date(local).toISOString();

/** What is sent of a form in which nothing is missing. `newlyReportedOnly` and `schedule` are of one kind each. */
export function commonInput(values: Values): Omit<CreateStaticBatchInput, 'schedule'> {
  const name = values.name.trim();
  return {
    packageId: values.packageId,
    ...(name !== '' && { name }),
    scope: scopeInput(values),
    ...(takesVersions(values) && values.sourceVersions.length > 0 && { sourceVersions: values.sourceVersions }),
    ...(values.rate === 'none' ? { proactivePush: false } : { pushRate: rateInput(values) }),
    ...(values.retry && { retry: { intervalMinutes: Number(values.intervalMinutes), maxRetries: Number(values.maxRetries) } }),
    ...(isGiven(values.timeoutMinutes) && { timeoutMinutes: values.timeoutMinutes as number }),
    ...(values.confirmation && {
      confirmation: true,
      deferral: { maxTimes: values.maxTimes as number, maxHours: values.maxHours as number },
    }),
    ...(values.others === 'override' && { overridePrevious: true }),
    ...(values.others === 'beside' && { multiModule: true }),
    ...(values.halt && {
      halt: {
        failedPercent: numberOrNull(values.failedPercent),
        failedCount: numberOrNull(values.failedCount),
        minimumJudged: values.minimumJudged as number,
      },
    }),
    ...(values.downloadProtocol !== 'HTTPS' && { downloadProtocol: values.downloadProtocol }),
    ...(values.delivery !== 'ANY' && { delivery: values.delivery }),
    ...(values.schemes.length > 0 && { schemes: values.schemes }),
    ...(values.tags.length > 0 && { tags: values.tags }),
  };
}

export const staticInput = (values: Values): CreateStaticBatchInput => ({
  ...commonInput(values),
  ...(isScheduled(values) && { schedule: { startAt: utc(values.startAt), endAt: values.endAt === '' ? null : utc(values.endAt) } }),
});

export const dynamicInput = (values: Values) => ({ ...commonInput(values), ...(values.newlyReportedOnly && { newlyReportedOnly: true }) });

function scopeInput({ scope, deviceNames, listId, province, city, percent, seed, groupId }: Values): BatchScopeInput {
  switch (scope) {
    case 'all':
      return { all: true };
    case 'names':
      return { deviceNames };
    case 'list':
      return { listId };
    case 'region':
      return { region: { province: province.trim(), city: city.trim() } };
    case 'share':
      return { phased: { percent: percent as number, ...(seed.trim() !== '' && { seed: seed.trim() }) } };
    case 'group':
      return { groupId };
  }
}

function rateInput({ rate, perMinute, base, factor, maximum, threshold, thresholdCount }: Values): PushRateInput {
  if (rate === 'constant') return { perMinute: perMinute as number };
  return {
    variable: {
      base: base as number,
      factor: factor as number,
      maximum: maximum as number,
      threshold,
      thresholdCount: thresholdCount as number,
    },
  };
}
