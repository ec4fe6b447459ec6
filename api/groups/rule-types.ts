import { Field, InputType, ObjectType } from 'type-graphql';
import type { GroupRuleField, GroupRuleOperator } from '../../schema/model/device/group-rule';
import type { GroupRuleForm } from '../../schema/model/device/group-rule-form';
import { GroupRuleFieldEnum, GroupRuleOperatorEnum } from '../enums';

const KEY = 'With TAG, and only with it: which tag.';
const MODULE = 'With MODULE_VERSION, and only with it: which module; it cannot be left out.';

@InputType({
  description:
    'Either one of `all`, `any` and `none`, or a condition: `field`, `operator` and `values`. At most `limits.groupRuleConditions` conditions with `limits.groupRuleValues` values in all, `limits.groupRuleDepth` levels deep.',
})
export class GroupRuleInput implements GroupRuleForm {
  @Field(() => [GroupRuleInput], { nullable: true, description: 'Each of them holds.' })
  all?: GroupRuleInput[] | null;

  @Field(() => [GroupRuleInput], { nullable: true, description: 'At least one of them holds.' })
  any?: GroupRuleInput[] | null;

  @Field(() => [GroupRuleInput], { nullable: true, description: 'None of them holds; so it is for a device that has nothing to compare.' })
  none?: GroupRuleInput[] | null;

  @Field(() => GroupRuleFieldEnum, { nullable: true, description: 'What the condition is about.' })
  field?: GroupRuleField | null;

  @Field(() => String, { nullable: true, description: KEY })
  key?: string | null;

  @Field(() => String, { nullable: true, description: MODULE })
  module?: string | null;

  @Field(() => GroupRuleOperatorEnum, { nullable: true, description: 'IN when not given.' })
  operator?: GroupRuleOperator | null;

  @Field(() => [String], { nullable: true, description: 'At least one; compared letter by letter.' })
  values?: string[] | null;
}

@ObjectType('GroupRule', { description: 'Either one of `all`, `any` and `none`, or a condition.' })
export class GroupRuleType {
  @Field(() => [GroupRuleType], { nullable: true, complexity: 1, description: 'Each of them holds.' })
  all?: GroupRuleType[];

  @Field(() => [GroupRuleType], { nullable: true, complexity: 1, description: 'At least one of them holds.' })
  any?: GroupRuleType[];

  @Field(() => [GroupRuleType], { nullable: true, complexity: 1, description: 'None of them holds.' })
  none?: GroupRuleType[];

  @Field(() => GroupRuleFieldEnum, { nullable: true, description: 'What the condition is about.' })
  field?: GroupRuleField;

  @Field(() => String, { nullable: true, description: 'Which tag, with TAG.' })
  key?: string;

  @Field(() => String, { nullable: true, description: 'Which module, with MODULE_VERSION.' })
  module?: string;

  @Field(() => GroupRuleOperatorEnum, { nullable: true, description: 'How it compares.' })
  operator?: GroupRuleOperator;

  @Field(() => [String], { nullable: true, description: 'What it compares with.' })
  values?: string[];
}
