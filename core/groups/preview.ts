import type { GroupRule } from '../../schema/model/device/group-rule';
import { type GroupRuleForm, type GroupRuleLimits, groupRuleViolations, ruleOf } from '../../schema/model/device/group-rule-form';
import type { Collections } from '../../schema/mongo/connect';
import { ruleExpression } from '../memberships/rule-expression';
import { refuseIfAny } from '../refuse';

/** No index serves a rule: MongoDB compares device by device, and somebody waits for it at every change of a form. */
const COUNT_MS = 1_500;
const ESTIMATE_MS = 10_000;
/** MongoDB's code for a time that is up. */
const TIME_IS_UP = 50;
/** With as many, one device in a hundred is told within a tenth of itself. */
const SAMPLE = 10_000;

export interface RuleCount {
  devices: number;
  /** False: estimated from a sample, because the count took too long. */
  isExact: boolean;
}

type Devices = Collections['devices'];

/** How many devices would be in a group with this rule now. Throws as `createDynamic` does about the rule. */
export async function previewRule(devices: Devices, form: GroupRuleForm, limits: GroupRuleLimits, countMs = COUNT_MS): Promise<RuleCount> {
  refuseIfAny(groupRuleViolations(form, 'rule', limits));
  const rule = ruleOf(form);
  try {
    return { devices: await devices.countDocuments({ $expr: ruleExpression(rule) }, { maxTimeMS: countMs }), isExact: true };
  } catch (error) {
    if ((error as { code?: unknown }).code !== TIME_IS_UP) throw error;
    return { devices: await estimated(devices, rule), isExact: false };
  }
}

/** By a random sample, which a large collection gives without being read. */
export async function estimated(devices: Devices, rule: GroupRule): Promise<number> {
  const [counted] = await devices
    .aggregate<{ looked: number; matching: number }>(
      [
        { $sample: { size: SAMPLE } },
        { $group: { _id: null, looked: { $sum: 1 }, matching: { $sum: { $cond: [ruleExpression(rule), 1, 0] } } } },
      ],
      { maxTimeMS: ESTIMATE_MS },
    )
    .toArray();
  if (!counted) return 0;
  const all = await devices.estimatedDocumentCount();
  return Math.round((counted.matching / counted.looked) * all);
}
