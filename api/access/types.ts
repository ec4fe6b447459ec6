import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { ApiKey, Person, Role, Viewer } from '../../core/access/viewer';
import { RoleEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { connectionOf } from '../paging/connection';
import { ActorKindEnum, type SignedInBy, SignedInByEnum } from './enums';

@ObjectType('BrowserSession', { description: 'What the cookie of a browser stands for.' })
export class BrowserSessionType {
  @Field(() => GraphQLDateTime, {
    description: 'When it ends by itself; without use earlier (`UPDRAFT_SESSION_IDLE_MINUTES`), or when what it was opened with ends.',
  })
  expiresAt!: Date;
}

@ObjectType('Viewer', { description: 'Who asks: what the request came with says it.' })
export class ViewerType {
  @Field(() => ID, { description: 'Opaque: what everything that is done is recorded under. Of an API key its id.' })
  actorId!: string;

  @Field(() => ActorKindEnum, { description: 'What it is.' })
  kind!: Viewer['kind'];

  @Field(() => SignedInByEnum, { description: 'What the request came with.' })
  signedInBy!: SignedInBy;

  @Field(() => ID, { deprecationReason: 'Ask for `actorId`.', description: 'The same as `actorId`.' })
  keyId!: string;

  @Field(() => String, { description: 'Of a key, or of a person as the identity provider told it last.' })
  name!: string;

  @Field(() => RoleEnum, { description: 'What it may do.' })
  role!: Role;

  @Field(() => [String], { nullable: true, description: 'Keys of the products it is limited to; null: it is not.' })
  products!: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'Of the user of an app: whose devices it sees; null for others.' })
  owner!: string | null;

  @Field(() => BrowserSessionType, { nullable: true, description: 'The browser session that the request came with; null without one.' })
  session!: { expiresAt: Date } | null;
}

@ObjectType('Person', { description: 'Somebody who has signed in by an identity provider, or by the link that a start prints.' })
export class PersonType {
  @Field(() => ID, { description: 'As `actorId` of the viewer.' })
  id!: string;

  @Field(() => String, { description: 'As in `iss`; `local` for the link of a start.' })
  issuer!: string;

  @Field(() => String, { description: 'As in `sub`: the name that the issuer never gives to somebody else.' })
  subject!: string;

  @Field(() => String, { description: 'For people, as the issuer told it last.' })
  name!: string;

  @Field(() => RoleEnum, { description: 'As the claims gave it last.' })
  role!: Role;

  @Field(() => [String], { nullable: true, description: 'Keys of products, as the claims gave them last; null: all.' })
  products!: string[] | null;

  @Field(() => GraphQLDateTime, { description: 'When they signed in for the first time.' })
  firstSeenAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'Exact to a minute.' })
  lastSeenAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Since when they are refused; null while they are not.' })
  blockedAt!: Date | null;
}

export const PersonConnection = connectionOf(() => PersonType, 'Person');

@ObjectType()
export class PersonPayload extends Payload {
  @Field(() => PersonType, { nullable: true, description: 'The person as they are now.' })
  person!: Person | null;
}

@ObjectType('ApiKey', { description: 'A key programs sign in with. The key itself is shown at its creation only.' })
export class ApiKeyType {
  @Field(() => ID, { description: 'Opaque; not the key.' })
  id!: string;

  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => RoleEnum, { description: 'What it may do.' })
  role!: Role;

  @Field(() => [ID], {
    nullable: true,
    deprecationReason: 'Give devices an owner (`setDeviceOwners`): the app of an owner needs no key of its own.',
    description: 'The devices of an app; null in other roles.',
  })
  deviceIds?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Keys of the products it is limited to; null: it is not.' })
  products?: string[] | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'From then on it is refused; null: it does not expire.' })
  expiresAt?: Date | null;

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
export class UpdateApiKeyPayload extends Payload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The key as it is now: here at once, elsewhere within 10 s.' })
  apiKey!: ApiKey | null;
}

@ObjectType()
export class RevokeApiKeyPayload extends Payload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The revoked key; it is refused everywhere within 10 s.' })
  apiKey!: ApiKey | null;
}

@ObjectType()
export class CreateAppTokenPayload extends Payload {
  @Field(() => String, { nullable: true, description: 'What the app sends as `Authorization: Bearer …`; null when it was refused.' })
  token!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ends, unless its key is revoked before.' })
  expiresAt!: Date | null;
}
