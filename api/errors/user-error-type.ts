import { Field, ID, ObjectType } from 'type-graphql';
import type { ErrorCode } from '../../schema/model/error-codes';
import { ErrorCodeEnum } from '../enums';

@ObjectType('UserError', { description: 'A refusal the caller can mend.' })
export class UserErrorType {
  @Field(() => ErrorCodeEnum, { description: 'For programs.' })
  code!: ErrorCode;

  @Field(() => String, { nullable: true, description: 'Path of the offending value in `input`, e.g. `pushRate.perMinute`.' })
  field!: string | null;

  @Field(() => String, { description: 'What was wrong.' })
  message!: string;

  @Field(() => String, { description: 'What to do about it.' })
  hint!: string;

  @Field(() => String, { nullable: true, description: 'The limit that was passed.' })
  limit!: string | null;

  @Field(() => ID, { nullable: true, description: 'What the request is in conflict with.' })
  conflictingId!: string | null;
}

@ObjectType({ description: 'What every mutation answers with.' })
export class Payload {
  @Field(() => [UserErrorType], { description: 'Empty when it was done; otherwise nothing was.' })
  userErrors!: UserErrorType[];
}
