import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { Payload } from '../errors/user-error-type';

@ObjectType()
export class CreatePairingCodePayload extends Payload {
  @Field(() => String, {
    nullable: true,
    description: 'For the user: letters in groups. Shown here and never again; null when it was refused.',
  })
  code!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Until when it can be redeemed.' })
  expiresAt!: Date | null;
}

@ObjectType()
export class RedeemPairingCodePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The device that is the owner’s now; null when it was refused.' })
  deviceId!: string | null;
}
