import type { Device } from './device';
import { versionOf } from './device-modules';

/** What a condition may be about. */
export const GROUP_RULE_FIELDS = ['PRODUCT', 'PROVINCE', 'CITY', 'TAG', 'MODULE_VERSION'] as const;
export type GroupRuleField = (typeof GROUP_RULE_FIELDS)[number];

export const GROUP_RULE_OPERATORS = ['IN', 'NOT_IN', 'PREFIX'] as const;
export type GroupRuleOperator = (typeof GROUP_RULE_OPERATORS)[number];

/** A device that has no value for the field meets no condition on it, NOT_IN included. */
interface Compared {
  operator: GroupRuleOperator;
  /** One of them, or none of them. */
  values: string[];
}

export type GroupCondition = Compared &
  ({ field: 'PRODUCT' | 'PROVINCE' | 'CITY' } | { field: 'TAG'; key: string } | { field: 'MODULE_VERSION'; module: string });

/** R-DEV-4: who is in a dynamic group. `none` also takes devices that have no value to compare. */
export type GroupRule = { all: GroupRule[] } | { any: GroupRule[] } | { none: GroupRule[] } | GroupCondition;

/** What a rule looks at. */
export type RuledDevice = Pick<Device, 'productKey' | 'modules' | 'region' | 'tags'>;

export function matchesRule(rule: GroupRule, device: RuledDevice): boolean {
  if ('all' in rule) return rule.all.every((each) => matchesRule(each, device));
  if ('any' in rule) return rule.any.some((each) => matchesRule(each, device));
  if ('none' in rule) return !rule.none.some((each) => matchesRule(each, device));
  const value = comparedValue(rule, device);
  if (value === undefined) return false;
  if (rule.operator === 'PREFIX') return rule.values.some((prefix) => value.startsWith(prefix));
  return rule.values.includes(value) === (rule.operator === 'IN');
}

function comparedValue(condition: GroupCondition, { productKey, region, tags, modules }: RuledDevice): string | undefined {
  switch (condition.field) {
    case 'PRODUCT':
      return productKey;
    case 'PROVINCE':
      return region?.province;
    case 'CITY':
      return region?.city;
    case 'TAG':
      return tags && Object.hasOwn(tags, condition.key) ? tags[condition.key] : undefined;
    case 'MODULE_VERSION':
      return versionOf(modules, condition.module);
  }
}

/** The modules whose versions the rule looks at: a report of another module changes nothing. */
export function modulesOf(rule: GroupRule): Set<string> {
  if ('field' in rule) return new Set(rule.field === 'MODULE_VERSION' ? [rule.module] : []);
  return new Set(partsOf(rule).flatMap((each) => [...modulesOf(each)]));
}

/** The only products that devices of the group can be of; null when the rule leaves it open. */
export function productsOf(rule: GroupRule): Set<string> | null {
  if ('field' in rule) return rule.field === 'PRODUCT' && rule.operator === 'IN' ? new Set(rule.values) : null;
  if ('none' in rule) return null;
  const narrowed = partsOf(rule).map(productsOf);
  const sets = narrowed.filter((products) => products !== null);
  if ('any' in rule) return sets.length === narrowed.length ? new Set(sets.flatMap((products) => [...products])) : null;
  return sets.length === 0 ? null : new Set([...(sets[0] ?? [])].filter((product) => sets.every((products) => products.has(product))));
}

const partsOf = (rule: Exclude<GroupRule, GroupCondition>): GroupRule[] =>
  'all' in rule ? rule.all : 'any' in rule ? rule.any : rule.none;
