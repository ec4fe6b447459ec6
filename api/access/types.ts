import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { ApiKey, Role } from '../../core/access/viewer';
import { RoleEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { connectionOf } from '../paging/connection';

@ObjectType('Viewer', { description: 'Who asks: the API key the request came with.' })
export class ViewerType {
  @Field(() => ID, { description: "The key's id." })
  keyId!: string;

  @Field(() => String, { description: "The key's name." })
  name!: string;

  @Field(() => RoleEnum, { description: 'What the key may do.' })
  role!: Role;
}

@ObjectType('ApiKey', { description: 'A key programs sign in with. The key itself is shown at its creation only.' })
export class ApiKeyType {
  @Field(() => ID, { description: 'Opaque; not the key.' })
  id!: string;

  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => RoleEnum, { description: 'What it may do.' })
  role!: Role;

  @Field(() => [ID], { nullable: true, description: 'The devices of an app; null in other roles.' })
  deviceIds?: string[] | null;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was revoked; null while it is good.' })
  revokedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Exact to a minute; null when it was never used.' })
  lastUsedAt!: Date | null;
}

export const ApiKeyConnection = connectionOf(() => ApiKeyType, 'ApiKey');

@ObjectType()
export class CreateApiKeyPayload extends Payload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The new key without its secret; null when it was refused.' })
  apiKey!: ApiKey | null;

  @Field(() => String, { nullable: true, description: 'What to sign in with. Shown here and never again.' })
  key!: string | null;
}

@ObjectType()
export class RevokeApiKeyPayload extends Payload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The revoked key; it is refused everywhere within 10 s.' })
  apiKey!: ApiKey | null;
}
