import { Field, ID, InputType } from 'type-graphql';
import type { GroupKind } from '../../schema/model/device/group';
import { GroupKindEnum } from '../enums';
import { WithIdempotencyKey } from '../idempotency-key';
import { GroupRuleInput } from './rule-types';

@InputType()
export class CreateGroupInput extends WithIdempotencyKey {
  @Field(() => String, { description: '1 to `limits.displayNameLength` characters, unique.' })
  name!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The group it is below; a root when not given. Groups go `limits.groupDepth` levels deep.',
  })
  parentId?: string | null;
}

@InputType({ description: 'What is not given stays as it is.' })
export class UpdateGroupInput {
  @Field(() => ID, { description: 'Which group.' })
  groupId!: string;

  @Field(() => String, { nullable: true, description: '1 to `limits.displayNameLength` characters, unique.' })
  name?: string | null;

  @Field(() => ID, { nullable: true, description: 'The group it is below from now on, with all its sub-groups; null makes it a root.' })
  parentId?: string | null;
}

@InputType()
export class CreateDynamicGroupInput extends WithIdempotencyKey {
  @Field(() => String, { description: '1 to `limits.displayNameLength` characters, unique.' })
  name!: string;

  @Field(() => GroupRuleInput, { description: 'Which devices are in it.' })
  rule!: GroupRuleInput;
}

@InputType({ description: 'What is not given stays as it is.' })
export class UpdateDynamicGroupInput {
  @Field(() => ID, { description: 'Which group.' })
  groupId!: string;

  @Field(() => String, { nullable: true, description: '1 to `limits.displayNameLength` characters, unique.' })
  name?: string | null;

  @Field(() => GroupRuleInput, { nullable: true, description: 'Which devices are in it from now on.' })
  rule?: GroupRuleInput | null;
}

@InputType()
export class DeleteGroupInput extends WithIdempotencyKey {
  @Field(() => ID, { description: 'Which group. It must have no sub-groups; its devices stay.' })
  groupId!: string;
}

@InputType()
export class GroupDevicesInput {
  @Field(() => ID, { description: 'Which group.' })
  groupId!: string;

  @Field(() => [ID], { description: 'One to `limits.devicesPerCall` devices, of any product.' })
  deviceIds!: string[];
}

@InputType()
export class GroupFilterInput {
  @Field(() => ID, { nullable: true, description: 'Groups directly below this one; null: roots.' })
  parentId?: string | null;

  @Field(() => String, { nullable: true, description: "What the group's name begins with." })
  namePrefix?: string | null;

  @Field(() => GroupKindEnum, { nullable: true, description: 'Of this kind.' })
  kind?: GroupKind | null;
}
