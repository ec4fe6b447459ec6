import { pathsOf } from '../../../console/src/components/group-paths';
import { fieldOf } from '../../../console/src/pages/new-batch/form/fields';
import { valuesOf } from '../../../console/src/pages/new-batch/form/from-batch';
import { dynamicInput, missing, staticInput } from '../../../console/src/pages/new-batch/form/to-input';
import { initialValues, type Limits, type Values } from '../../../console/src/pages/new-batch/form/values';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';

const LIMITS = DEFAULT_LIMITS as unknown as Limits;
const BLANK: Values = { ...initialValues(LIMITS), packageId: 'p' };
const FULL = { sourceVersions: [] };

test('R-UI-3: a form that nobody has changed asks for little', () => {
  expect(staticInput(BLANK)).toEqual({ packageId: 'p', scope: { all: true }, pushRate: { perMinute: 100 } });
  expect(missing(BLANK, FULL)).toEqual([]);
  expect(missing(initialValues(LIMITS), null)).toEqual(['packageId']);
});

test('R-UI-3: what a form begins with keeps to limits that were set otherwise', () => {
  const narrow = { ...LIMITS, rateMinimum: 200, rateMaximum: 300, retryCounts: [7], retryIntervalMinutes: [60], deferrals: 1 };
  expect(initialValues(narrow)).toMatchObject({
    perMinute: 200,
    maximum: 300,
    base: 10,
    maxRetries: '7',
    intervalMinutes: '60',
    maxTimes: 1,
  });
});

test.each<[Partial<Values>, string[]]>([
  [{ scope: 'names' }, ['deviceNames']],
  [{ scope: 'list' }, ['listId']],
  [{ scope: 'region', province: ' ' }, ['province', 'city']],
  [{ scope: 'share', percent: '' }, ['percent']],
  [{ scope: 'share', percent: 1e10 }, ['percent']],
  [{ scope: 'group' }, ['groupId']],
  [{ kind: 'DYNAMIC' }, ['sourceVersions']],
  [{ kind: 'DYNAMIC', scope: 'names', deviceNames: ['a'] }, []],
  [{ kind: 'DYNAMIC', start: 'scheduled', sourceVersions: ['1'] }, []],
  [{ start: 'scheduled', endAt: 'soon' }, ['startAt', 'endAt']],
  [{ rate: 'variable', base: '', factor: '-' }, ['base', 'factor']],
  [{ rate: 'none', perMinute: '' }, []],
  [{ timeoutMinutes: '-' }, ['timeoutMinutes']],
  [{ confirmation: true, maxHours: '' }, ['maxHours']],
  [{ halt: true, failedPercent: '', minimumJudged: '' }, ['failedPercent', 'minimumJudged']],
  [{ halt: true, failedPercent: '', failedCount: 3 }, []],
  [
    {
      tags: [
        { key: 'a', value: '' },
        { key: '', value: 'b' },
      ],
    },
    ['tags.1.key'],
  ],
])('R-UI-3: %j lacks %j', (changed, fields) => {
  expect(missing({ ...BLANK, ...changed }, FULL)).toEqual(fields);
});

test('R-UI-3: a package that names its source versions needs none for a dynamic batch', () => {
  expect(missing({ ...BLANK, kind: 'DYNAMIC' }, { sourceVersions: ['1.0.0'] })).toEqual([]);
});

test('R-UI-3: what a choice hides is not sent, and is there when the choice is taken back', () => {
  const typed: Values = {
    ...BLANK,
    scope: 'names',
    deviceNames: ['a'],
    sourceVersions: ['1.0.0'],
    start: 'scheduled',
    startAt: '2030-01-01T00:00',
  };
  expect(staticInput(typed)).toEqual({
    packageId: 'p',
    scope: { deviceNames: ['a'] },
    pushRate: { perMinute: 100 },
    schedule: { startAt: new Date('2030-01-01T00:00').toISOString(), endAt: null },
  });
  expect(dynamicInput({ ...typed, scope: 'all', newlyReportedOnly: true })).toEqual({
    packageId: 'p',
    scope: { all: true },
    sourceVersions: ['1.0.0'],
    pushRate: { perMinute: 100 },
    newlyReportedOnly: true,
  });
});

type Copied = Parameters<typeof valuesOf>[0];
const NO_SCOPE: Copied['scope'] = { all: false, deviceNames: null, groupId: null, listId: null, region: null, phased: null };
const BATCH: Copied = {
  id: 'b',
  name: 'first',
  kind: 'STATIC',
  newlyReportedOnly: false,
  packageId: 'p',
  sourceVersions: ['1.0.0'],
  scope: { ...NO_SCOPE, all: true },
  policy: {
    proactivePush: true,
    pushRate: { perMinute: null, variable: { base: 5, factor: 1.5, maximum: 500, threshold: 'NOTIFIED', thresholdCount: 50 } },
    retry: { intervalMinutes: 30, maxRetries: 5 },
    timeoutMinutes: 60,
    confirmation: true,
    deferral: { maxTimes: 0, maxHours: 2 },
    overridePrevious: false,
    multiModule: true,
    halt: { failedPercent: null, failedCount: 3, minimumJudged: 1 },
    downloadProtocol: 'MQTT',
    delivery: 'PUSH',
    schemes: ['COAP'],
    tags: [{ key: 'a', value: 'b' }],
  },
};

test('R-UI-3: a copy asks for what its batch was made with', () => {
  const { pushRate, retry, deferral, tags } = BATCH.policy;
  expect(staticInput(valuesOf(BATCH, BLANK))).toEqual({
    packageId: 'p',
    scope: { all: true },
    sourceVersions: ['1.0.0'],
    pushRate: { variable: pushRate?.variable },
    retry,
    timeoutMinutes: 60,
    confirmation: true,
    deferral,
    multiModule: true,
    halt: { failedPercent: null, failedCount: 3, minimumJudged: 1 },
    downloadProtocol: 'MQTT',
    delivery: 'PUSH',
    schemes: ['COAP'],
    tags,
  });
});

test.each<[Partial<Copied['scope']>, object]>([
  [{ deviceNames: ['a', 'b'] }, { deviceNames: ['a', 'b'] }],
  [{ listId: 'l' }, { listId: 'l' }],
  [{ groupId: 'g' }, { groupId: 'g' }],
  [{ region: { province: 'x', city: 'y' } }, { region: { province: 'x', city: 'y' } }],
  [{ phased: { percent: 7, seed: 's' } }, { phased: { percent: 7, seed: 's' } }],
])('R-UI-3: a copy of a batch for %j is for the same', (scope, asked) => {
  expect(staticInput(valuesOf({ ...BATCH, scope: { ...NO_SCOPE, ...scope } }, BLANK)).scope).toEqual(asked);
});

test.each([
  ['pushRate.variable.base', 'base'],
  ['sourceVersions.3', 'sourceVersions'],
  ['scope.deviceNames[12]', 'deviceNames'],
  ['scope', 'groupId'],
  ['schemes.0', 'schemes'],
  ['tags.2.key', 'tags.2.key'],
  ['tags', 'tags'],
  ['multiModule', 'others'],
  ['idempotencyKey', null],
])('R-UI-3: %s is told at %s', (path, field) => {
  expect(fieldOf(path, { scope: 'group' })).toBe(field);
});

test('R-UI-3: groups are listed by the way to them, and a circle ends', () => {
  const groups = [
    { id: '1', name: 'b', parentId: null },
    { id: '2', name: 'a', parentId: '1' },
    { id: '3', name: 'c', parentId: '4' },
    { id: '4', name: 'd', parentId: '3' },
  ];
  expect(pathsOf(groups).map(({ path }) => path)).toEqual(['b', 'b / a', 'c / d / c / d', 'd / c / d / c']);
});
