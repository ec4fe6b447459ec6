import type { Field } from './to-input.js';
import type { Values } from './values.js';

/** By the path of the input that the API names; an index after a list is left out before it is looked up. */
const FIELDS: Readonly<Record<string, Field>> = {
  packageId: 'packageId',
  name: 'name',
  'scope.deviceNames': 'deviceNames',
  'scope.listId': 'listId',
  'scope.groupId': 'groupId',
  'scope.region.province': 'province',
  'scope.region.city': 'city',
  'scope.phased': 'percent',
  'scope.phased.percent': 'percent',
  'scope.phased.seed': 'seed',
  sourceVersions: 'sourceVersions',
  'schedule.startAt': 'startAt',
  'schedule.endAt': 'endAt',
  'pushRate.perMinute': 'perMinute',
  'pushRate.variable.base': 'base',
  'pushRate.variable.factor': 'factor',
  'pushRate.variable.maximum': 'maximum',
  'pushRate.variable.thresholdCount': 'thresholdCount',
  'retry.intervalMinutes': 'intervalMinutes',
  'retry.maxRetries': 'maxRetries',
  timeoutMinutes: 'timeoutMinutes',
  'deferral.maxTimes': 'maxTimes',
  'deferral.maxHours': 'maxHours',
  overridePrevious: 'others',
  multiModule: 'others',
  'halt.failedPercent': 'failedPercent',
  'halt.failedCount': 'failedCount',
  'halt.minimumJudged': 'minimumJudged',
  downloadProtocol: 'downloadProtocol',
  schemes: 'schemes',
  tags: 'tags',
};

/** Where a scope as a whole is wrong, that is at what was chosen of it. */
const OF_SCOPE: Record<Values['scope'], Field> = {
  all: 'scope',
  names: 'deviceNames',
  list: 'listId',
  region: 'city',
  share: 'percent',
  group: 'groupId',
};

/** The field that shows a path of the input; null where none does. */
export function fieldOf(path: string, { scope }: Pick<Values, 'scope'>): Field | null {
  const tag = /^tags\.(\d+)\.(key|value)$/.exec(path);
  if (tag) return path as Field;
  if (path === 'scope' || path === 'scope.region' || path === 'scope.phased') return OF_SCOPE[scope];
  return FIELDS[path.replace(/(\.\d+|\[\d+\])$/, '')] ?? null;
}
