import { matchesRule } from '../../../schema/model/device/group-rule';
import { type GroupRuleForm, groupRuleViolations, ruleOf } from '../../../schema/model/device/group-rule-form';
import { DEFAULT_LIMITS, FIXED_LIMITS } from '../../../schema/model/limits';

const { groupRuleConditions, groupRuleValues } = DEFAULT_LIMITS;
const { groupRuleDepth } = FIXED_LIMITS;

const refused = (form: GroupRuleForm | object) =>
  groupRuleViolations(form, 'rule', DEFAULT_LIMITS).map(({ code, field }) => `${code} ${field}`);
const city = { field: 'CITY', values: ['Thun'] } as const;
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

describe('R-DEV-4 rules that are refused', () => {
  test.each<[string, object, string[]]>([
    ['R-DEV-4 a version without its module', { field: 'MODULE_VERSION', values: ['1.0'] }, ['GROUP_RULE_MODULE rule.module']],
    ['R-DEV-4 a module without a version', { field: 'MODULE_VERSION', module: 'radio' }, ['GROUP_RULE_MODULE rule.values']],
    ['R-DEV-4 a module with an empty list', { field: 'MODULE_VERSION', module: 'radio', values: [] }, ['GROUP_RULE_MODULE rule.values']],
    [
      'R-DEV-4 a version deep inside',
      { all: [city, { any: [{ field: 'MODULE_VERSION', values: ['1'] }] }] },
      ['GROUP_RULE_MODULE rule.all[1].any[0].module'],
    ],
    ['R-DEV-4 an unknown field', { field: 'COLOUR', values: ['red'] }, ['GROUP_RULE rule.field']],
    ['R-DEV-4 values without a field', { values: ['red'] }, ['GROUP_RULE rule.field']],
    ['R-DEV-4 an unknown operator', { ...city, operator: 'LIKE' }, ['GROUP_RULE rule.operator']],
    ['R-DEV-4 nothing', {}, ['REQUIRED rule']],
    ['R-DEV-4 an empty list', { all: [] }, ['REQUIRED rule.all']],
    ['R-DEV-4 an empty part', { any: [city, {}] }, ['REQUIRED rule.any[1]']],
    ['R-DEV-4 no value', { field: 'CITY', values: [] }, ['REQUIRED rule.values']],
    ['R-DEV-4 two ways at once', { all: [city], any: [city] }, ['GROUP_RULE rule']],
    ['R-DEV-4 a list and a condition', { all: [city], ...city }, ['GROUP_RULE rule']],
    ['R-DEV-4 a module elsewhere', { ...city, module: 'radio' }, ['GROUP_RULE rule.module']],
    ['R-DEV-4 a key elsewhere', { ...city, key: 'a' }, ['GROUP_RULE rule.key']],
    ['R-DEV-4 a tag without key', { field: 'TAG', values: ['x'] }, ['REQUIRED rule.key']],
    ['R-DEV-4 a key that no tag has', { field: 'TAG', key: 'a.b', values: ['x'] }, ['INVALID_FORMAT rule.key']],
    ['R-DEV-4 a module that no device reports', { field: 'MODULE_VERSION', module: 'A b', values: ['1'] }, ['INVALID_FORMAT rule.module']],
    ['R-DEV-4 a version that none is', { field: 'MODULE_VERSION', module: 'a', values: ['1', 'x y'] }, ['INVALID_FORMAT rule.values[1]']],
    ['R-DEV-4 an empty value', { ...city, operator: 'PREFIX', values: [''] }, ['REQUIRED rule.values[0]']],
  ])('%s', (_, form, expected) => {
    expect(refused(form)).toEqual(expected);
  });

  test('R-DEV-4 as many conditions and values as the settings say', () => {
    const codes = (form: GroupRuleForm) =>
      groupRuleViolations(form, 'rule', { groupRuleConditions: 2, groupRuleValues: 3 }).map(({ limit }) => limit);
    expect(codes({ all: [city, city] })).toEqual([]);
    expect(codes({ all: [city, city, city] })).toEqual(['2 conditions']);
    expect(codes({ ...city, values: ['a', 'b', 'c', 'd'] })).toEqual(['3 values']);
  });

  test('R-DEV-4 conditions, values and depth up to their limits, and not one more', () => {
    expect(refused({ all: times(groupRuleConditions, () => city) })).toEqual([]);
    expect(refused({ all: times(groupRuleConditions + 1, () => city) })).toEqual(['TOO_MANY rule']);
    const halves = (count: number) => ({ any: [0, 1].map((half) => ({ ...city, values: times(count / 2, (n) => `${half} ${n}`) })) });
    expect(refused(halves(groupRuleValues))).toEqual([]);
    expect(refused(halves(groupRuleValues + 2))).toEqual(['TOO_MANY rule']);
    const nested = (depth: number): GroupRuleForm => (depth === 0 ? city : { all: [nested(depth - 1)] });
    expect(refused(nested(groupRuleDepth))).toEqual([]);
    expect(refused(nested(groupRuleDepth + 1))).toEqual(['GROUP_RULE rule.all[0].all[0].all[0]']);
    expect(refused(nested(5_000))).toHaveLength(1);
  });
});

test('R-DEV-4 a device without a value meets no condition on it, and is in `none`', () => {
  const bare = { productKey: 'meter', modules: {} };
  const rule = ruleOf({ field: 'TAG', key: 'channel', operator: 'NOT_IN', values: ['beta'] });
  expect(matchesRule(rule, bare)).toBe(false);
  expect(matchesRule(rule, { ...bare, tags: { channel: 'stable' } })).toBe(true);
  expect(matchesRule({ none: [{ field: 'TAG', key: 'channel', operator: 'IN', values: ['beta'] }] }, bare)).toBe(true);
  const version = ruleOf({ field: 'MODULE_VERSION', module: 'radio', operator: 'PREFIX', values: ['1.'] });
  const reportedAt = new Date();
  expect(matchesRule(version, { ...bare, modules: { radio: { version: '1.4', reportedAt } } })).toBe(true);
  expect(matchesRule(version, { ...bare, modules: { default: { version: '1.4', reportedAt } } })).toBe(false);
});
