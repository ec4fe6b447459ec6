import { Field, ID, InputType } from 'type-graphql';

@InputType()
export class CreatePairingCodeInput {
  @Field(() => ID, { description: 'Which device is to get an owner: an enabled one.' })
  deviceId!: string;
}

@InputType()
export class RedeemPairingCodeInput {
  @Field(() => String, { description: 'As somebody has typed it: small letters, blanks and dashes do no harm.' })
  code!: string;
}
