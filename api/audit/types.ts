import { GraphQLDateTime } from 'graphql-scalars';
import { createUnionType, Field, ID, Int, ObjectType } from 'type-graphql';
import type { Role } from '../../core/access/viewer';
import type { ActorKind, AuditKind, AuditResult } from '../../schema/model/audit';
import { ActorKindEnum } from '../access/enums';
import { RoleEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import type { AuditFeedEvent } from '../live/events';
import { Resync } from '../live/types';
import { connectionOf } from '../paging/connection';
import { AuditKindEnum, AuditResultEnum } from './enums';

@ObjectType('AuditEntry', { description: 'Who did what, from where, and what came of it. Written once and never changed.' })
export class AuditEntryType {
  @Field(() => ID, { description: 'Opaque; sorts by time.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was done.' })
  at!: Date;

  @Field(() => AuditKindEnum, { description: 'What kind of thing was done.' })
  kind!: AuditKind;

  @Field(() => String, { description: 'A field of this schema, a method and an address, or a way to sign in.' })
  action!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Who: the id of an API key, or the pseudonym of a person. Null for whoever did not prove anything.',
  })
  actor!: string | null;

  @Field(() => ActorKindEnum, { nullable: true, description: 'What the actor is.' })
  actorKind!: ActorKind | null;

  @Field(() => ID, { nullable: true, description: '`actorId` of the viewer; null when it was forgotten.' })
  actorId!: string | null;

  @Field(() => String, { nullable: true, description: 'As it is now; null when it was forgotten.' })
  actorName!: string | null;

  @Field(() => RoleEnum, { nullable: true, description: 'What the actor might do then.' })
  role!: Role | null;

  @Field(() => ID, { nullable: true, description: 'Of an app that acted with a token made by `createAppToken`: the key that made it.' })
  madeBy?: string;

  @Field(() => String, { nullable: true, description: 'The IP address of the connection: behind a proxy the proxy’s.' })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'As in the header `X-Request-Id` of the answer, and in log lines.' })
  correlationId!: string | null;

  @Field(() => String, { nullable: true, description: 'JSON of what was asked: secrets are `[hidden]`, and long values are cut.' })
  input!: string | null;

  @Field(() => [ID], { description: 'Ids of what it was about; of very many the first. Of `OMITTED` whoever was refused so often.' })
  objects!: string[];

  @Field(() => String, { nullable: true, description: 'JSON of the fields that the input changes, as read just before.' })
  before!: string | null;

  @Field(() => String, { nullable: true, description: 'JSON of the same fields afterwards, and of counts that were answered.' })
  after!: string | null;

  @Field(() => AuditResultEnum, { description: 'What came of it.' })
  result!: AuditResult;

  @Field(() => [String], { description: 'Error codes; of an upload or a download `HTTP_` and the status, or `CUT`.' })
  codes!: string[];

  @Field(() => Int, { description: '1; of `OMITTED` how many refusals.' })
  count!: number;

  @Field(() => Int, { nullable: true, description: 'The segment of the chain that seals it; null for a few seconds.' })
  segment!: number | null;
}

export const AuditEntryConnection = connectionOf(() => AuditEntryType, 'AuditEntry');

@ObjectType({ description: 'An entry was added to the audit trail.' })
export class AuditAdded {
  @Field(() => AuditEntryType, { description: 'The entry.' })
  entry!: object;

  @Field(() => String, { description: 'Opaque; subscribing with it as `after` goes on behind this event.' })
  cursor!: string;

  @Field(() => Int, { description: 'Entries that were lost before this one because the reader was too slow: query for them.' })
  dropped!: number;
}

export const AuditAddedEventUnion = createUnionType({
  name: 'AuditAddedEvent',
  description: 'An entry, or word that entries were missed.',
  types: () => [AuditAdded, Resync] as const,
  resolveType: (event) => ((event as unknown as AuditFeedEvent).kind === 'resync' ? Resync : AuditAdded),
});

@ObjectType()
export class ForgetAuditActorPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The pseudonym, which entries go on naming.' })
  actor!: string | null;
}
