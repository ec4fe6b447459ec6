import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';
import type { AuditKind, AuditResult } from '../../schema/model/audit';
import { AuditKindEnum, AuditResultEnum } from './enums';

@InputType()
export class AuditFilterInput {
  @Field(() => ID, { nullable: true, description: 'Done by this one: the id of a key or a person, or a pseudonym.' })
  actor?: string | null;

  @Field(() => String, { nullable: true, description: 'This action.' })
  action?: string | null;

  @Field(() => ID, { nullable: true, description: 'About the object with this id.' })
  object?: string | null;

  @Field(() => String, { nullable: true, description: 'Of the request with this correlation id.' })
  correlationId?: string | null;

  @Field(() => AuditKindEnum, { nullable: true, description: 'Of this kind.' })
  kind?: AuditKind | null;

  @Field(() => AuditResultEnum, { nullable: true, description: 'With this result.' })
  result?: AuditResult | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'From this time on.' })
  since?: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Before this time.' })
  until?: Date | null;
}

@InputType()
export class ForgetAuditActorInput {
  @Field(() => ID, { description: 'Whom: the id of a person or an app user, or the `actor` of an entry.' })
  id!: string;
}
