import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { Role } from '../../core/access/viewer';
import { RoleEnum } from '../enums';
import { WithIdempotencyKey } from '../idempotency-key';

@InputType()
export class CreateApiKeyInput extends WithIdempotencyKey {
  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => RoleEnum, { description: 'What it may do.' })
  role!: Role;

  @Field(() => [ID], {
    nullable: true,
    deprecationReason: 'Give devices an owner (`setDeviceOwners`): the app of an owner needs no key of its own.',
    description: 'For the role APP, and only for it: its devices, at most `limits.appDevices`, of one product.',
  })
  deviceIds?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Keys of the products that it is limited to; all when not given. Of the role APP they are those of its devices.',
  })
  products?: string[] | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'From then on it is refused; never when not given.' })
  expiresAt?: Date | null;
}

@InputType({ description: 'What is not given stays as it is.' })
export class UpdateApiKeyInput {
  @Field(() => ID, { description: 'Which one: its id, not the key.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'For people.' })
  name?: string | null;

  @Field(() => [String], { nullable: true, description: 'As in CreateApiKeyInput; null: all products.' })
  products?: string[] | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'As in CreateApiKeyInput; null: it does not expire.' })
  expiresAt?: Date | null;
}

@InputType()
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'Which one: its id, not the key.' })
  id!: string;
}

@InputType()
export class PeopleFilter {
  @Field(() => Boolean, { nullable: true, description: 'Only those who are blocked, or only those who are not.' })
  blocked?: boolean | null;
}

@InputType()
export class PersonInput {
  @Field(() => ID, { description: 'Whom: the id of a person.' })
  id!: string;
}

@InputType()
export class CreateAppTokenInput {
  @Field(() => String, { description: 'Whose app it is: an owner of devices, 1–128 printable characters.' })
  owner!: string;

  @Field(() => Int, { description: 'How long it is good: one at least, and a day at most.' })
  minutes!: number;
}
