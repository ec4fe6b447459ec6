import type { GroupCondition, GroupRule } from '../../schema/model/device/group-rule';
import { modulePath } from '../../schema/mongo/devices';

/** `matchesRule` as an aggregation expression over a device document; a test holds the two together. */
export function ruleExpression(rule: GroupRule): object {
  if ('all' in rule) return { $and: rule.all.map(ruleExpression) };
  if ('any' in rule) return { $or: rule.any.map(ruleExpression) };
  if ('none' in rule) return { $not: [{ $or: rule.none.map(ruleExpression) }] };
  const value = pathOf(rule);
  if (rule.operator === 'PREFIX')
    return { $or: rule.values.map((prefix) => ({ $eq: [{ $indexOfBytes: [value, { $literal: prefix }] }, 0] })) };
  const isOne = { $in: [value, { $literal: rule.values }] };
  return rule.operator === 'IN' ? isOne : { $and: [{ $eq: [{ $type: value }, 'string'] }, { $not: [isOne] }] };
}

/** Keys of tags have neither dot nor dollar (schema/model/names), nor have the members that versions are kept under. */
function pathOf(condition: GroupCondition): string {
  switch (condition.field) {
    case 'PRODUCT':
      return '$productKey';
    case 'PROVINCE':
      return '$region.province';
    case 'CITY':
      return '$region.city';
    case 'TAG':
      return `$tags.${condition.key}`;
    case 'MODULE_VERSION':
      return `$${modulePath(condition.module, 'version')}`;
  }
}

/** A dynamic group as devices are compared with it. */
export interface RuleOfGroup {
  groupId: string;
  rule: GroupRule;
}

/**
 * Stages of an update that puts a device into the groups it belongs to by these rules, and out of the others of them, from the
 * document as it is at that point. It may run again and again; `memberSince` keeps the time of the first.
 */
export function membershipStages(rules: readonly RuleOfGroup[], now: Date): object[] {
  if (rules.length === 0) return [];
  const since = rules.map(({ groupId, rule }) => [
    `memberSince.${groupId}`,
    { $cond: [ruleExpression(rule), { $ifNull: [`$memberSince.${groupId}`, now] }, '$$REMOVE'] },
  ]);
  const ids = rules.map(({ groupId }) => groupId);
  const others = { $filter: { input: { $ifNull: ['$groups', []] }, cond: { $not: [{ $in: ['$$this', ids] }] } } };
  const own = ids.map((id) => ({ $cond: [{ $eq: [{ $type: `$memberSince.${id}` }, 'missing'] }, [], [id]] }));
  return [
    { $set: Object.fromEntries(since) },
    { $set: { groups: { $concatArrays: [others, ...own] } } },
    { $set: { groups: unless('$groups', []), memberSince: unless('$memberSince', {}) } },
  ];
}

/** Most devices are in no group: they have neither field, and are in no index of members. */
const unless = (path: string, empty: object) => ({ $cond: [{ $eq: [path, { $literal: empty }] }, '$$REMOVE', path] });
