import { FIXED_LIMITS, type Limits } from '../limits';
import { cityViolation, deviceTagKeyViolation, deviceTagValueViolation, productKeyViolation, provinceViolation } from '../names';
import type { Violation } from '../violation';
import {
  GROUP_RULE_FIELDS,
  GROUP_RULE_OPERATORS,
  type GroupCondition,
  type GroupRule,
  type GroupRuleField,
  type GroupRuleOperator,
} from './group-rule';
import { moduleKey, moduleViolation, reportedVersionViolation } from './module-version';

/** A rule as it comes in: either a condition, or one of `all`, `any` and `none`. */
export interface GroupRuleForm {
  all?: readonly GroupRuleForm[] | null;
  any?: readonly GroupRuleForm[] | null;
  none?: readonly GroupRuleForm[] | null;
  field?: GroupRuleField | null;
  key?: string | null;
  module?: string | null;
  /** IN when not given. */
  operator?: GroupRuleOperator | null;
  values?: readonly string[] | null;
}

const COMBINATIONS = ['all', 'any', 'none'] as const;
const OF_CONDITION = ['field', 'key', 'module', 'operator', 'values'] as const;

export type GroupRuleLimits = Pick<Limits, 'groupRuleConditions' | 'groupRuleValues'>;

/** What is wrong with a rule; empty: `ruleOf` takes it. */
export function groupRuleViolations(form: GroupRuleForm, path: string, limits: GroupRuleLimits): Violation[] {
  const { groupRuleConditions, groupRuleValues } = limits;
  const found: Violation[] = [];
  const counts = { conditions: 0, values: 0 };
  look(form, path, 0);
  if (counts.conditions > groupRuleConditions) return [tooMany(path, 'conditions', counts.conditions, groupRuleConditions), ...found];
  if (counts.values > groupRuleValues) found.push(tooMany(path, 'values', counts.values, groupRuleValues));
  return found;

  function look(rule: GroupRuleForm, at: string, depth: number): void {
    const combined = COMBINATIONS.filter((name) => rule[name] != null);
    const [name] = combined;
    if (name === undefined) {
      counts.conditions += 1;
      counts.values += rule.values?.length ?? 0;
      if (counts.conditions <= groupRuleConditions) found.push(...conditionViolations(rule, at, limits));
    } else if (combined.length > 1 || OF_CONDITION.some((part) => rule[part] != null)) {
      found.push(
        malformed(at, 'It is to be one of `all`, `any`, `none` and a condition, and is more.', 'Put what belongs together into `all`.'),
      );
    } else if (depth === FIXED_LIMITS.groupRuleDepth) {
      const message = `Parts are within each other more than ${FIXED_LIMITS.groupRuleDepth} deep.`;
      found.push({ ...malformed(at, message, 'Write the rule flatter.'), limit: `${FIXED_LIMITS.groupRuleDepth} levels` });
    } else if (rule[name]?.length === 0) {
      const hint = 'Give at least one condition.';
      found.push({ code: 'REQUIRED', field: `${at}.${name}`, message: 'The list has no condition.', hint });
    } else {
      rule[name]?.forEach((part, index) => {
        look(part, `${at}.${name}[${index}]`, depth + 1);
      });
    }
  }
}

function conditionViolations(
  { field, key, module, operator, values }: GroupRuleForm,
  at: string,
  { groupRuleValues }: GroupRuleLimits,
): Violation[] {
  if (field == null && [key, module, operator, values].every((part) => part == null))
    return [
      {
        code: 'REQUIRED',
        field: at,
        message: 'The rule has no condition.',
        hint: 'Give a condition, or `all`, `any` or `none` of several.',
      },
    ];
  const fields = GROUP_RULE_FIELDS.join(', ');
  if (field == null || !GROUP_RULE_FIELDS.includes(field))
    return [malformed(`${at}.field`, 'The condition is about no field that rules know.', `Use one of ${fields}.`)];
  if (operator != null && !GROUP_RULE_OPERATORS.includes(operator))
    return [
      malformed(`${at}.operator`, 'The condition has no operator that rules know.', `Use one of ${GROUP_RULE_OPERATORS.join(', ')}.`),
    ];
  if (field === 'MODULE_VERSION' && (!module || !values?.length)) return [unpaired(at, module ? 'values' : 'module')];
  const violations = [
    field !== 'MODULE_VERSION' && module != null
      ? malformed(`${at}.module`, `A condition on ${field} names no module.`, 'Leave it out, or make the field MODULE_VERSION.')
      : null,
    field !== 'TAG' && key != null
      ? malformed(`${at}.key`, `A condition on ${field} has no key.`, 'Leave it out, or make the field TAG.')
      : null,
    field === 'TAG' ? deviceTagKeyViolation(key, `${at}.key`) : null,
    field === 'MODULE_VERSION' ? moduleViolation(module, `${at}.module`) : null,
    values?.length
      ? null
      : { code: 'REQUIRED' as const, field: `${at}.values`, message: 'The condition has no value.', hint: 'Give at least one.' },
    // More are refused as a whole, and not one by one.
    ...(values ?? []).slice(0, groupRuleValues).map((value, index) => {
      const check = operator === 'PREFIX' ? deviceTagValueViolation : VALUE_CHECKS[field];
      return check(value, `${at}.values[${index}]`);
    }),
  ];
  return violations.filter((violation) => violation !== null);
}

const VALUE_CHECKS = {
  PRODUCT: productKeyViolation,
  PROVINCE: provinceViolation,
  CITY: cityViolation,
  TAG: deviceTagValueViolation,
  MODULE_VERSION: reportedVersionViolation,
} as const;

/** The rule without what was not given. Only of a form without violations. */
export function ruleOf(form: GroupRuleForm): GroupRule {
  if (form.all) return { all: form.all.map(ruleOf) };
  if (form.any) return { any: form.any.map(ruleOf) };
  if (form.none) return { none: form.none.map(ruleOf) };
  const { field, key, module, operator, values } = form;
  const compared = { operator: operator ?? 'IN', values: [...new Set(values)] };
  if (field === 'TAG') return { field, key: key ?? '', ...compared };
  if (field === 'MODULE_VERSION') return { field, module: moduleKey(module ?? ''), ...compared };
  return { field, ...compared } as GroupCondition;
}

const malformed = (field: string, message: string, hint: string): Violation => ({ code: 'GROUP_RULE', field, message, hint });

const unpaired = (at: string, missing: 'module' | 'values'): Violation => ({
  code: 'GROUP_RULE_MODULE',
  field: `${at}.${missing}`,
  message:
    missing === 'module'
      ? 'The condition compares a version and does not name its module.'
      : 'The condition names a module and no version of it.',
  hint: 'Give `module` and `values` together (ota_module.name and ota_module.version).',
});

const tooMany = (field: string, what: string, count: number, maximum: number): Violation => ({
  code: 'TOO_MANY',
  field,
  message: `The rule has ${count} ${what}.`,
  hint: 'Make several groups, or tag the devices that belong together.',
  limit: `${maximum} ${what}`,
});
