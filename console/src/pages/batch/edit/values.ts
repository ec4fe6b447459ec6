import type { ShownBatchFragment, UpdateBatchInput } from '../../../generated/pages/batch/documents.js';

/** As its field has it while somebody types. */
type Numeric = number | string;

/** What the form of an edit holds. */
export interface Values {
  perMinute: Numeric;
  base: Numeric;
  factor: Numeric;
  maximum: Numeric;
  threshold: 'NOTIFIED' | 'SUCCEEDED';
  thresholdCount: Numeric;
  tags: { key: string; value: string }[];
  sourceVersions: string[];
  /** Empty: none. */
  timeoutMinutes: Numeric;
  maxTimes: Numeric;
  maxHours: Numeric;
}

type Edited = Pick<ShownBatchFragment, 'id' | 'kind' | 'base' | 'policy' | 'sourceVersions'>;

/** What can be changed of a batch at all; the rest needs a new one. */
export const editable = ({ kind, base, policy }: Edited) => ({
  rate: policy.pushRate !== null,
  sourceVersions: kind === 'DYNAMIC' && base === 'VERSION',
  timeout: kind === 'DYNAMIC',
  deferral: policy.confirmation,
});

export function valuesOf({ policy, sourceVersions }: Edited): Values {
  const { pushRate, deferral } = policy;
  const variable = pushRate?.variable ?? null;
  return {
    perMinute: pushRate?.perMinute ?? 1,
    base: variable?.base ?? 1,
    factor: variable?.factor ?? 2,
    maximum: variable?.maximum ?? 1,
    threshold: variable?.threshold ?? 'SUCCEEDED',
    thresholdCount: variable?.thresholdCount ?? 1,
    tags: policy.tags.map(({ key, value }) => ({ key, value })),
    sourceVersions: [...sourceVersions],
    timeoutMinutes: policy.timeoutMinutes ?? '',
    maxTimes: deferral?.maxTimes ?? 0,
    maxHours: deferral?.maxHours ?? 1,
  };
}

/** Fields that hold no number although the edit needs one; a time-out may be empty. */
export function unfinished(batch: Edited, values: Values): (keyof Values)[] {
  const can = editable(batch);
  const ofRate = batch.policy.pushRate?.variable ? (['base', 'factor', 'maximum', 'thresholdCount'] as const) : (['perMinute'] as const);
  const needed: readonly (keyof Values)[] = [...(can.rate ? ofRate : []), ...(can.deferral ? (['maxTimes', 'maxHours'] as const) : [])];
  return [
    ...needed.filter((name) => typeof values[name] !== 'number'),
    ...(can.timeout && values.timeoutMinutes !== '' && typeof values.timeoutMinutes !== 'number' ? (['timeoutMinutes'] as const) : []),
  ];
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Only what was changed is sent: another person may have changed the rest meanwhile. Null: nothing was. */
export function changesOf(batch: Edited, before: Values, now: Values): UpdateBatchInput | null {
  const can = editable(batch);
  const { perMinute, base, factor, maximum, threshold, thresholdCount, tags, sourceVersions, timeoutMinutes, maxTimes, maxHours } = now;
  const growing = { base, factor, maximum, threshold, thresholdCount };
  const changed = (...names: (keyof Values)[]): boolean => names.some((name) => !isSame(before[name], now[name]));
  const input: Record<string, unknown> = {};
  if (can.rate && batch.policy.pushRate?.variable) {
    if (changed('base', 'factor', 'maximum', 'threshold', 'thresholdCount')) input.pushRate = { variable: growing };
  } else if (can.rate && changed('perMinute')) input.pushRate = { perMinute };
  if (changed('tags')) input.tags = tags;
  if (can.sourceVersions && changed('sourceVersions')) input.sourceVersions = sourceVersions;
  if (can.timeout && changed('timeoutMinutes')) input.timeoutMinutes = timeoutMinutes === '' ? null : timeoutMinutes;
  if (can.deferral && changed('maxTimes', 'maxHours')) input.deferral = { maxTimes, maxHours };
  return Object.keys(input).length === 0 ? null : ({ batchId: batch.id, ...input } as UpdateBatchInput);
}

const FIELDS: Readonly<Record<string, string>> = {
  pushRate: 'perMinute',
  'pushRate.perMinute': 'perMinute',
  'pushRate.variable.base': 'base',
  'pushRate.variable.factor': 'factor',
  'pushRate.variable.maximum': 'maximum',
  'pushRate.variable.thresholdCount': 'thresholdCount',
  tags: 'tags',
  sourceVersions: 'sourceVersions',
  timeoutMinutes: 'timeoutMinutes',
  deferral: 'maxTimes',
  'deferral.maxTimes': 'maxTimes',
  'deferral.maxHours': 'maxHours',
};

/** The field that shows a path of the input; null where none does. */
export function fieldOf(path: string): string | null {
  if (/^tags\.\d+\.(key|value)$/.test(path)) return path;
  return FIELDS[path.replace(/\.\d+$/, '')] ?? null;
}
