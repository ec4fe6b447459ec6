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
    description: 'For the role APP, and only for it: its devices, at most `limits.appDevices`, of one product.',
  })
  deviceIds?: string[] | null;
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
