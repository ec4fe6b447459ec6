import type { ConditionFragment, CountRuleQueryVariables } from '../../../generated/pages/groups/documents';

export type RuleInput = CountRuleQueryVariables['rule'];
export type Field = NonNullable<ConditionFragment['field']>;
export type Operator = NonNullable<ConditionFragment['operator']>;
export type Combination = 'all' | 'any' | 'none';

export interface Condition {
  readonly id: number;
  readonly field: Field;
  /** Of TAG: its key. Of MODULE_VERSION: its module. */
  readonly of: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

export interface Combined {
  readonly id: number;
  readonly how: Combination;
  readonly parts: readonly Part[];
}

export type Part = Condition | Combined;

export const isCombined = (part: Part): part is Combined => 'how' in part;

/** Parts are told from each other while they move. */
let last = 0;
const nextId = (): number => {
  last += 1;
  return last;
};

export const newCondition = (): Condition => ({ id: nextId(), field: 'PRODUCT', of: '', operator: 'IN', values: [] });
export const newCombined = (how: Combination): Combined => ({ id: nextId(), how, parts: [newCondition()] });

/** A rule as the API has it, however deep it was asked for. */
export interface GivenRule extends Partial<ConditionFragment> {
  readonly all?: readonly GivenRule[] | null;
  readonly any?: readonly GivenRule[] | null;
  readonly none?: readonly GivenRule[] | null;
}

const HOWS = ['all', 'any', 'none'] as const;

export function partOf(rule: GivenRule): Part {
  const how = HOWS.find((each) => rule[each]);
  if (how) return { id: nextId(), how, parts: (rule[how] ?? []).map(partOf) };
  const { field, key, module, operator, values } = rule;
  return { id: nextId(), field: field ?? 'PRODUCT', of: key ?? module ?? '', operator: operator ?? 'IN', values: values ?? [] };
}

/** The builder begins with a combination: a rule that is one condition is all of one. */
export function combinedOf(rule: GivenRule): Combined {
  const part = partOf(rule);
  return isCombined(part) ? part : { id: nextId(), how: 'all', parts: [part] };
}

export function inputOf(part: Part): RuleInput {
  if (isCombined(part)) return { [part.how]: part.parts.map(inputOf) };
  const { field, of, operator, values } = part;
  return {
    field,
    operator,
    values: [...values],
    ...(field === 'TAG' && { key: of }),
    ...(field === 'MODULE_VERSION' && { module: of }),
  };
}
