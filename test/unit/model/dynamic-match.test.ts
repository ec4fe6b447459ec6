import fc from 'fast-check';
import type { BatchScope } from '../../../schema/model/batch/batch';
import { type DeviceFact, type DynamicRule, decideMatch, listsAsked, matchesAgain } from '../../../schema/model/batch/dynamic-match';
import { TASK_STATUSES, type TaskStatus } from '../../../schema/model/task/task';
import { aTask } from '../../support/builders';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

const aRule = (fields: Partial<DynamicRule> = {}): DynamicRule => ({
  _id: 'b1',
  module: 'default',
  targetVersion: '2.0.0',
  scope: { kind: 'all' },
  sourceVersions: ['1.0.0'],
  base: 'VERSION',
  createdAt: at(10),
  policy: {},
  ...fields,
});

const aFact = (fields: Partial<DeviceFact> = {}): DeviceFact => ({
  dialect: 'LINK',
  deviceName: 'dev-a',
  module: 'default',
  version: '1.0.0',
  reportedAt: at(20),
  groups: ['g1'],
  region: { province: 'Zhejiang', city: 'Hangzhou' },
  lists: new Set(['l1']),
  ...fields,
});

const group = (...groupIds: string[]): BatchScope => ({ kind: 'group', groupId: groupIds[0] ?? '', groupIds });
const takenBy = (rules: DynamicRule[], fact = aFact()) => decideMatch(rules, fact).taken?._id ?? null;
const declinedFor = (rule: DynamicRule, fact = aFact()) => decideMatch([rule], fact).declined.get(rule._id) ?? null;

test.each<[string, Partial<DynamicRule>, Partial<DeviceFact>, string | null]>([
  ['R-BAT-1 a matching version', {}, {}, null],
  ['R-BAT-1 one of several', { sourceVersions: ['0.9.0', '1.0.0'] }, {}, null],
  ['R-BAT-1 another module', { module: 'MCU' }, {}, 'OTHER_MODULE'],
  ['R-FLOW-7 a dialect that takes what it brings', {}, { dialect: 'LWM2M' }, null],
  ['R-FLOW-7 several files for one that takes one', { files: 2 }, { dialect: 'LWM2M' }, 'OTHER_DIALECT'],
  ['R-FLOW-7 several files for others', { files: 2 }, { dialect: 'IOTDA' }, null],
  ['R-BAT-1 the target', { sourceVersions: [] }, { version: '2.0.0' }, 'AT_TARGET'],
  ['R-BAT-1 another version', {}, { version: '1.1.0' }, 'OTHER_VERSION'],
  ['R-BAT-1 no version yet', {}, { version: null, reportedAt: null }, 'OTHER_VERSION'],
  ['R-BAT-5 any version', { sourceVersions: [] }, { version: null, reportedAt: null }, null],
  ['R-BAT-2 one of the names', { scope: { kind: 'targeted', deviceNames: ['dev-b', 'dev-a'] } }, {}, null],
  ['R-BAT-2 none of the names', { scope: { kind: 'targeted', deviceNames: ['dev-aa'] } }, {}, 'OUT_OF_SCOPE'],
  ['R-BAT-2 the city', { scope: { kind: 'region', province: 'Zhejiang', city: 'Hangzhou' } }, {}, null],
  ['R-BAT-2 another city', { scope: { kind: 'region', province: 'Zhejiang', city: 'Ningbo' } }, {}, 'OUT_OF_SCOPE'],
  ['R-BAT-2 no region', { scope: { kind: 'region', province: 'Zhejiang', city: 'Hangzhou' } }, { region: null }, 'OUT_OF_SCOPE'],
  ['R-BAT-3 a list that names it', { scope: { kind: 'list', listId: 'l1' } }, {}, null],
  ['R-BAT-3 a list that does not', { scope: { kind: 'list', listId: 'l2' } }, {}, 'OUT_OF_SCOPE'],
  ['R-BAT-15 a member', { base: 'GROUP', scope: group('g0', 'g1') }, {}, null],
  ['R-BAT-15 a member that does not meet the criteria', { base: 'GROUP', scope: group('g1') }, { version: '1.1.0' }, 'OTHER_VERSION'],
  ['R-BAT-15 no member', { base: 'GROUP', scope: group('g2') }, {}, 'OUT_OF_SCOPE'],
  ['R-BAT-12 a report after the batch', { newlyReportedOnly: true }, { reportedAt: at(11) }, null],
  ['R-BAT-12 a report with the batch', { newlyReportedOnly: true }, { reportedAt: at(10) }, 'NOT_NEWLY_REPORTED'],
  ['R-BAT-12 a report before the batch', { newlyReportedOnly: true }, { reportedAt: at(9) }, 'NOT_NEWLY_REPORTED'],
  ['R-BAT-12 no report', { newlyReportedOnly: true, sourceVersions: [] }, { version: null, reportedAt: null }, 'NOT_NEWLY_REPORTED'],
  ['R-BAT-2 a share of the devices, which no dynamic batch has', { scope: { kind: 'phased', percent: 50, seed: 's' } }, {}, 'OUT_OF_SCOPE'],
])('%s', (_name, rule, fact, declined) => {
  expect(declinedFor(aRule(rule), aFact(fact))).toBe(declined);
});

describe('R-BAT-9 which of several', () => {
  const older = aRule({ _id: 'older', createdAt: at(1) });
  const ofGroup = aRule({ _id: 'group', createdAt: at(2), base: 'GROUP', scope: group('g1') });
  const newerGroup = aRule({ ...ofGroup, _id: 'newer-group', createdAt: at(3) });
  const newest = aRule({ _id: 'newest', createdAt: at(4) });
  const multi = { policy: { multiModule: true } };

  test.each<[string, DynamicRule[], string | null]>([
    ['R-BAT-9 none', [], null],
    ['R-BAT-9 the newest', [older, ofGroup, newest, newerGroup], 'newest'],
    ['R-BAT-9 of those made in one millisecond the one with the later id', [aRule({ _id: 'x1' }), aRule({ _id: 'x2' })], 'x2'],
    ['R-BAT-9 not a newer one that it does not meet', [older, { ...newest, sourceVersions: ['9.0.0'] }], 'older'],
    ['R-BAT-9 with several modules the newest of a group', [ofGroup, newerGroup, { ...newest, ...multi }], 'newer-group'],
    ['R-BAT-9 whichever of them has several modules', [{ ...ofGroup, ...multi }, newest], 'group'],
    ['R-BAT-9 with several modules and no group the newest', [{ ...older, ...multi }, newest], 'newest'],
    [
      'R-BAT-9 several modules in a batch that does not take it mean nothing',
      [ofGroup, newest, { ...older, ...multi, sourceVersions: ['9'] }],
      'newest',
    ],
  ])('%s', (_name, rules, expected) => {
    expect(takenBy(rules)).toBe(expected);
    expect(takenBy([...rules].reverse())).toBe(expected);
  });

  test('R-FLOW-7 not a newer one that cannot be brought to its dialect', () => {
    const overMqtt = aRule({ ...newest, policy: { downloadProtocol: 'MQTT' } });
    expect(takenBy([older, overMqtt], aFact({ dialect: 'LWM2M' }))).toBe('older');
    expect(takenBy([older, overMqtt], aFact({ dialect: 'LINK' }))).toBe('newest');
  });
});

const anyRule: fc.Arbitrary<DynamicRule> = fc
  .record({
    _id: fc.integer({ min: 0, max: 9_999 }).map(String),
    module: fc.constantFrom('default', 'MCU'),
    createdAt: fc.integer({ min: 0, max: 30 }).map(at),
    sourceVersions: fc.subarray(['1.0.0', '1.1.0', '1.2.0']),
    newlyReportedOnly: fc.boolean(),
    policy: fc.record({ multiModule: fc.boolean() }),
    scope: fc.constantFrom<BatchScope>(
      { kind: 'all' },
      { kind: 'targeted', deviceNames: ['dev-a'] },
      { kind: 'list', listId: 'l1' },
      group('g1'),
      group('g2', 'g3'),
    ),
  })
  .map((rule) => aRule({ ...rule, base: rule.scope.kind === 'group' ? 'GROUP' : 'VERSION' }));

const anyFact = fc
  .record({
    module: fc.constantFrom('default', 'MCU'),
    version: fc.constantFrom('1.0.0', '1.1.0', '2.0.0', null),
    reportedAt: fc.integer({ min: 0, max: 30 }).map(at),
    groups: fc.subarray(['g1', 'g2', 'g3']),
    lists: fc.subarray(['l1']).map((lists) => new Set(lists)),
    deviceName: fc.constantFrom('dev-a', 'dev-b'),
  })
  .map(aFact);
const someRules = fc.uniqueArray(anyRule, { selector: ({ _id }) => _id, maxLength: 50 });

describe('R-BAT-9 whatever batches there are', () => {
  test('R-BAT-9 one takes the device exactly when one would alone, each of the others says why not, and their order is nothing', () => {
    fc.assert(
      fc.property(someRules, anyFact, (rules, fact) => {
        const { taken, declined } = decideMatch(rules, fact);
        const alone = rules.filter((rule) => decideMatch([rule], fact).taken !== null);
        expect(taken !== null).toBe(alone.length > 0);
        expect([...declined.keys()].sort()).toEqual(rules.flatMap(({ _id }) => (_id === taken?._id ? [] : [_id])).sort());
        expect(decideMatch([...rules].reverse(), fact).taken).toBe(taken);
        const contenders = alone.some(({ policy }) => policy.multiModule) ? alone.filter(({ base }) => base === 'GROUP') : [];
        for (const other of contenders.length > 0 ? contenders : alone)
          expect(other.createdAt.getTime()).toBeLessThanOrEqual(taken?.createdAt.getTime() ?? 0);
      }),
    );
  });

  test('R-BAT-3 lists are asked about exactly where the answer can matter', () => {
    fc.assert(
      fc.property(someRules, anyFact, (rules, fact) => {
        const asked = listsAsked(rules, fact);
        const withAll = decideMatch(rules, { ...fact, lists: new Set(['l1']) });
        const withNone = decideMatch(rules, { ...fact, lists: new Set() });
        if (asked.length === 0) expect(withAll.taken).toBe(withNone.taken);
        else expect(rules.some(({ _id }) => withNone.declined.get(_id) === 'OUT_OF_SCOPE')).toBe(true);
      }),
    );
  });
});

describe('R-BAT-10 R-BAT-15 once more', () => {
  const ended = (status: TaskStatus, fields = {}) => aTask({ status, active: false, endedAt: at(10), ...fields });
  const since = (reported: number | null, joined: number | null = null, version: string | null = '1.5.0') => ({
    version,
    reportedAt: reported === null ? null : at(reported),
    joinedAt: joined === null ? null : at(joined),
  });

  test.each<[string, Parameters<typeof matchesAgain>, string | null]>([
    ['R-BAT-10 a report after a failure', ['VERSION', ended('FAILED'), since(11), 10], null],
    ['R-BAT-10 a report with the end', ['VERSION', ended('FAILED'), since(10), 10], null],
    ['R-BAT-10 a report before the end', ['VERSION', ended('FAILED'), since(9), 10], 'NOTHING_NEW'],
    ['R-BAT-10 no report', ['VERSION', ended('FAILED'), since(null), 10], 'NOTHING_NEW'],
    ['R-BAT-10 a report after a success', ['VERSION', ended('SUCCEEDED'), since(11), 10], null],
    ['R-BAT-10 the old version after a success', ['VERSION', ended('SUCCEEDED'), since(11, null, '1.0.0'), 10], 'REGRESSED'],
    ['R-BAT-10 the old version after a failure', ['VERSION', ended('FAILED'), since(11, null, '1.0.0'), 10], null],
    [
      'R-BAT-10 an older version after it had the target from the start',
      ['VERSION', ended('SUCCEEDED', { sourceVersion: '2.0.0' }), since(11, null, '1.0.0'), 10],
      null,
    ],
    ['R-BAT-10 the tenth time', ['VERSION', ended('FAILED', { matches: 9 }), since(11), 10], null],
    ['R-BAT-10 the eleventh time', ['VERSION', ended('FAILED', { matches: 10 }), since(11), 10], 'USED_UP'],
    ['R-BAT-10 canceled by people', ['VERSION', ended('CANCELED'), since(11), 10], 'ENDED_BY_PEOPLE'],
    ['R-BAT-10 overridden', ['VERSION', ended('CANCELED', { cause: 'OVERWRITTEN_BY_NEWER_TASK' }), since(11), 10], null],
    ['R-BAT-10 joining is nothing to it', ['VERSION', ended('FAILED'), since(9, 11), 10], 'NOTHING_NEW'],
    ['R-BAT-15 joining after a failure', ['GROUP', ended('FAILED'), since(9, 11), 10], null],
    ['R-BAT-15 joining after a failure, the hundredth time', ['GROUP', ended('FAILED', { matches: 99 }), since(9, 11), 10], null],
    ['R-BAT-15 joined before the failure', ['GROUP', ended('FAILED'), since(11, 9), 10], 'NOTHING_NEW'],
    ['R-BAT-15 joining after a success', ['GROUP', ended('SUCCEEDED'), since(11, 11), 10], 'DONE'],
    ['R-BAT-15 joining after people canceled', ['GROUP', ended('CANCELED'), since(11, 11), 10], 'ENDED_BY_PEOPLE'],
  ])('%s', (_name, given, expected) => {
    expect(matchesAgain(...given)).toBe(expected);
  });

  test('R-BAT-8 never while a task has not ended', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TASK_STATUSES),
        fc.constantFrom('VERSION' as const, 'GROUP' as const),
        fc.nat(20),
        (status, base, second) => {
          const task = aTask({ status, endedAt: at(10) });
          const again = matchesAgain(base, task, since(second, second), 10);
          if (task.active) expect(again).toBe('UNFINISHED');
          else expect(again === null).toBe(second >= 10 && status !== 'CANCELED' && (base === 'VERSION' || status === 'FAILED'));
        },
      ),
    );
  });
});
