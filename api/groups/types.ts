import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Group, GroupKind, GroupState } from '../../schema/model/device/group';
import { GroupKindEnum, GroupStateEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { NodeType } from '../nodes/types';
import { connectionOf } from '../paging/connection';
import { GroupRuleType } from './rule-types';

@ObjectType('Group', {
  implements: NodeType,
  description: 'Devices of any product, put together by people or by a rule. Device group of Alibaba Cloud IoT.',
})
export class GroupType {
  @Field(() => ID, { description: 'Opaque.' })
  id!: string;

  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => GroupKindEnum, { description: 'How devices come into it.' })
  kind!: GroupKind;

  @Field(() => GroupStateEnum, { description: 'A batch can be made for it once it is READY.' })
  state!: GroupState;

  @Field(() => GroupRuleType, { nullable: true, description: 'Which devices are in it; null for a static group.' })
  rule!: GroupRuleType | null;

  @Field(() => ID, { nullable: true, description: 'The group it is below; null for a root.' })
  parentId!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt!: Date;
}

export const GroupConnection = connectionOf(() => GroupType, 'Group');

@ObjectType()
export class GroupPayload extends Payload {
  @Field(() => GroupType, { nullable: true, description: 'The group afterwards; null when it was refused.' })
  group!: Group | null;
}

@ObjectType()
export class GroupDevicesPayload extends GroupPayload {
  @Field(() => Int, { nullable: true, description: 'Devices that came into the group, or left it; null when it was refused.' })
  changed!: number | null;
}

@ObjectType()
export class DeleteGroupPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The group that is gone; null when it was refused.' })
  groupId!: string | null;
}

@ObjectType()
export class PreviewGroupRulePayload extends Payload {
  @Field(() => Int, { nullable: true, description: 'Devices that the rule matches now; null when it was refused.' })
  devices!: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'False: there are so many devices that the number was estimated from a random sample; null when it was refused.',
  })
  isExact!: boolean | null;
}
