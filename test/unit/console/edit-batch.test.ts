import { changesOf, fieldOf, unfinished, valuesOf } from '../../../console/src/pages/batch/edit/values';

type Batch = Parameters<typeof changesOf>[0];

const batch = (given: Partial<Batch> = {}, policy: Partial<Batch['policy']> = {}): Batch => ({
  ...{ id: 'b', kind: 'STATIC', base: null, sourceVersions: [] },
  ...given,
  policy: {
    ...{ confirmation: false, deferral: null, overridePrevious: false, multiModule: false, downloadProtocol: 'HTTPS' },
    ...{ timeoutMinutes: null, retry: null, halt: null, tags: [{ key: 'a', value: '1' }], pushRate: { perMinute: 60, variable: null } },
    ...policy,
  },
});

test('R-UI-3: an edit sends what was changed and nothing else', () => {
  const before = valuesOf(batch());
  expect(changesOf(batch(), before, before)).toBeNull();
  expect(changesOf(batch(), before, { ...before, perMinute: 90, timeoutMinutes: 5, sourceVersions: ['2'] })).toEqual({
    batchId: 'b',
    pushRate: { perMinute: 90 },
  });
  expect(changesOf(batch(), before, { ...before, tags: [] })).toEqual({ batchId: 'b', tags: [] });
});

test('R-UI-3: versions and the time-out are for dynamic batches, deferrals for those that are confirmed, a growing rate stays one', () => {
  const dynamic = batch({ kind: 'DYNAMIC', base: 'VERSION' }, { timeoutMinutes: 30 });
  const before = valuesOf(dynamic);
  expect(changesOf(dynamic, before, { ...before, timeoutMinutes: '', sourceVersions: ['1.0'] })).toEqual({
    ...{ batchId: 'b', timeoutMinutes: null, sourceVersions: ['1.0'] },
  });
  const ofGroup = batch({ kind: 'DYNAMIC', base: 'GROUP' });
  expect(changesOf(ofGroup, valuesOf(ofGroup), { ...valuesOf(ofGroup), sourceVersions: ['1.0'] })).toBeNull();
  const confirmed = batch({}, { confirmation: true, deferral: { maxTimes: 3, maxHours: 168 }, pushRate: null });
  expect(changesOf(confirmed, valuesOf(confirmed), { ...valuesOf(confirmed), maxTimes: 0, perMinute: 5 })).toEqual({
    batchId: 'b',
    deferral: { maxTimes: 0, maxHours: 168 },
  });
  const variable = { base: 10, factor: 2, maximum: 100, threshold: 'SUCCEEDED', thresholdCount: 5 } as const;
  const growing = batch({}, { pushRate: { perMinute: null, variable } });
  expect(changesOf(growing, valuesOf(growing), { ...valuesOf(growing), maximum: 200 })).toEqual({
    batchId: 'b',
    pushRate: { variable: { ...variable, maximum: 200 } },
  });
});

test('R-UI-3: a field without a number is told before anything is sent; errors of the API stand at their fields', () => {
  const dynamic = batch({ kind: 'DYNAMIC', base: 'VERSION' });
  expect(unfinished(dynamic, { ...valuesOf(dynamic), perMinute: '', timeoutMinutes: '-', base: '' })).toEqual([
    'perMinute',
    'timeoutMinutes',
  ]);
  expect(unfinished(dynamic, valuesOf(dynamic))).toEqual([]);
  expect(['tags.2.key', 'tags', 'pushRate', 'sourceVersions.1', 'batchId'].map(fieldOf)).toEqual([
    'tags.2.key',
    'tags',
    'perMinute',
    'sourceVersions',
    null,
  ]);
});
