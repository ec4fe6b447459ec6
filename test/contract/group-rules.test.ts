import fc from 'fast-check';
import { deviceOf } from '../../core/devices/register';
import { estimated, previewRule } from '../../core/groups/preview';
import { membershipStages, ruleExpression } from '../../core/memberships/rule-expression';
import { moduleField, moduleOfField } from '../../schema/model/device/device-modules';
import { type GroupCondition, type GroupRule, matchesRule, modulesOf, productsOf } from '../../schema/model/device/group-rule';
import { groupRuleViolations, ruleOf } from '../../schema/model/device/group-rule-form';
import { DEFAULT_LIMITS, FIXED_LIMITS } from '../../schema/model/limits';
import { moduleVersionKey } from '../../schema/mongo/devices';
import { SEALING } from '../support/core-parts';
import { useStore } from '../support/store';

const store = useStore();

const now = new Date('2026-03-01T12:00:00Z');
/** Few values, so that rules match; some that a store could take for something else. */
const words = ['a', 'ab', 'b', '1', '1.0', 'Zürich', '北京', '$a', '0', 'null'];
const versions = ['1', '1.0', '1.0.1', '2-rc', '_', '1.0+b', '$ne', '{}'];
const keys = ['a', 'b', '0', 'constructor', 'toString'];
const modules = ['default', 'm', '0', 'constructor', 'wifi.fw', '__proto__'];
const products = ['prod', 'prodB'];

const condition: fc.Arbitrary<GroupCondition> = fc.oneof(
  fc.record({ field: fc.constant('PRODUCT' as const), ...compared(products) }),
  fc.record({ field: fc.constantFrom('PROVINCE' as const, 'CITY' as const), ...compared(words) }),
  fc.record({ field: fc.constant('TAG' as const), key: fc.constantFrom(...keys), ...compared(words) }),
  fc.record({ field: fc.constant('MODULE_VERSION' as const), module: fc.constantFrom(...modules), ...compared(versions) }),
);
function compared(values: string[]) {
  return {
    operator: fc.constantFrom('IN' as const, 'NOT_IN' as const, 'PREFIX' as const),
    values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
  };
}
const ruleOfDepth = (depth: number): fc.Arbitrary<GroupRule> => {
  if (depth === 0) return condition;
  const parts = fc.array(ruleOfDepth(depth - 1), { minLength: 1, maxLength: 3 });
  return fc.oneof(condition, fc.record({ all: parts }), fc.record({ any: parts }), fc.record({ none: parts }));
};
const anyRule = ruleOfDepth(2);

const device = fc.record({
  product: fc.constantFrom(...products),
  region: fc.option(fc.record({ province: fc.constantFrom(...words), city: fc.constantFrom(...words) })),
  tags: fc.uniqueArray(fc.record({ key: fc.constantFrom(...keys), value: fc.constantFrom(...words) }), { selector: ({ key }) => key }),
  modules: fc.dictionary(fc.constantFrom(...modules), fc.constantFrom(...versions)),
});
const fleet = fc.array(device, { minLength: 1, maxLength: 20 }).map((rows) =>
  rows.map(({ product, region, tags, modules: reported }, index) => ({
    ...deviceOf(
      SEALING,
      { _id: product, name: product, dialect: 'LINK', createdAt: now },
      { deviceName: `dev-${index}`, region, tags },
      now,
    ),
    modules: Object.fromEntries(Object.entries(reported).map(([name, version]) => [moduleField(name), { version, reportedAt: now }])),
    moduleVersions: Object.entries(reported).map(([name, version]) => moduleVersionKey(name, version)),
  })),
);

test('R-DEV-4 the store and the model say the same of every device and rule, and a second time changes nothing', async () => {
  const { devices } = store.collections;
  await fc.assert(
    fc.asyncProperty(fc.array(anyRule, { minLength: 1, maxLength: 4 }), fleet, async (rules, documents) => {
      await devices.deleteMany({});
      await devices.insertMany(documents.map((each) => ({ ...each, groups: ['static', 'group0'] })));
      const dynamic = rules.map((rule, index) => ({ groupId: `group${index}`, rule }));
      for (const { rule } of dynamic) {
        const found = await devices.find({ $expr: ruleExpression(rule) }, { projection: { _id: 1 } }).toArray();
        const expected = documents.filter((each) => matchesRule(rule, each)).map(({ _id }) => _id);
        expect(found.map(({ _id }) => _id).sort()).toEqual(expected.sort());
      }
      await devices.updateMany({}, membershipStages(dynamic, now));
      const { modifiedCount } = await devices.updateMany({}, membershipStages(dynamic, new Date(now.getTime() + 1)));
      expect(modifiedCount).toBe(0);
      for (const stored of await devices.find().toArray()) {
        const inGroups = dynamic.filter(({ rule }) => matchesRule(rule, stored)).map(({ groupId }) => groupId);
        expect(stored.groups).toEqual(['static', ...inGroups]);
        expect(stored.memberSince).toEqual(inGroups.length === 0 ? undefined : Object.fromEntries(inGroups.map((id) => [id, now])));
      }
    }),
    { numRuns: 60 },
  );
});

test('R-DEV-4 what a rule says of products and modules beforehand is true of every device that it takes', () => {
  fc.assert(
    fc.property(anyRule, fleet, (rule, documents) => {
      const narrowed = productsOf(rule);
      const looksAt = modulesOf(rule);
      for (const each of documents) {
        const matches = matchesRule(rule, each);
        expect(!matches || narrowed === null || narrowed.has(each.productKey)).toBe(true);
        const others = Object.fromEntries(Object.entries(each.modules).filter(([field]) => looksAt.has(moduleOfField(field))));
        expect(matchesRule(rule, { ...each, modules: others })).toBe(matches);
      }
    }),
  );
});

test('R-DEV-4 a rule that was taken is in order when it comes in again', () => {
  fc.assert(
    fc.property(ruleOfDepth(FIXED_LIMITS.groupRuleDepth - 1), (rule) => {
      fc.pre(JSON.stringify(rule).split('"field"').length <= 20);
      const codes = groupRuleViolations(rule, 'rule', DEFAULT_LIMITS).filter(({ code }) => code !== 'INVALID_FORMAT');
      expect(codes).toEqual([]);
      expect(ruleOf(rule)).toEqual(rule);
    }),
  );
});

test('R-DEV-4 a sample of more devices than there are tells exactly how many a rule matches, and none of none', async () => {
  const { devices } = store.collections;
  const rule: GroupRule = { field: 'PRODUCT', operator: 'IN', values: ['prod'] };
  await devices.deleteMany({});
  expect(await estimated(devices, rule)).toBe(0);
  const of = (product: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      deviceOf(SEALING, { _id: product, name: product, dialect: 'LINK', createdAt: now }, { deviceName: `dev-${index}` }, now),
    );
  await devices.insertMany([...of('prod', 30), ...of('prodB', 70)]);
  expect(await estimated(devices, rule)).toBe(30);
  expect(await previewRule(devices, rule, DEFAULT_LIMITS)).toEqual({ devices: 30, isExact: true });
});
