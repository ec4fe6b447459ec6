import { Field, InputType, Int } from 'type-graphql';
import type { KeyPairStep } from '../../core/products/contract';
import type { Dialect } from '../../schema/model/protocol/dialect';
import { DialectEnum, KeyPairStepEnum } from '../enums';
import { WithIdempotencyKey } from '../idempotency-key';

@InputType()
export class CreateProductInput extends WithIdempotencyKey {
  @Field(() => String, { nullable: true, description: '4–32 letters and digits; made up when not given.' })
  key?: string | null;

  @Field(() => String, { description: 'For people.' })
  name!: string;

  @Field(() => DialectEnum, { nullable: true, description: 'What its devices speak where nobody says otherwise; LINK when not given.' })
  dialect?: Dialect | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Its IoTDA devices take the `_v2` events, whose address needs no token beside it. They take the others when not given.',
  })
  selfSignedUrls?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Its IoTDA devices are asked for their version before a result counts as success: for devices that report success before they install. Their word is enough when not given.',
  })
  confirmByQuery?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether its LwM2M devices that have no pre-shared key may register without DTLS, by their endpoint name alone: whoever knows one can speak for such a device then, so for private networks. No when not given.',
  })
  plainCoap?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'In queue mode: how many seconds its LwM2M devices listen after their last message, 1 to 3,600. 93 when not given.',
  })
  awakeSeconds?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many seconds its LwM2M devices have to acknowledge a request before it is sent again, half a minute at most; for NB-IoT give more than the default, which is 2.',
  })
  ackTimeoutSeconds?: number | null;
}

@InputType({ description: 'What is not given stays as it is.' })
export class UpdateProductInput {
  @Field(() => String, { description: 'Which product.' })
  key!: string;

  @Field(() => String, { nullable: true, description: 'For people.' })
  name?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: from now on a second batch for the same module and source version, of another package, is refused while the first is live.',
  })
  refuseConflictingBatches?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether its IoTDA devices are asked for their version before a result counts as success; for batches created from now on.',
  })
  confirmByQuery?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether its LwM2M devices that have no pre-shared key may register without DTLS, by their endpoint name alone: whoever knows one can speak for such a device then, so for private networks.',
  })
  plainCoap?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'In queue mode: how many seconds its LwM2M devices listen after their last message, 1 to 3,600.',
  })
  awakeSeconds?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many seconds its LwM2M devices have to acknowledge a request before it is sent again, half a minute at most; for NB-IoT give more than the default.',
  })
  ackTimeoutSeconds?: number | null;
}

@InputType()
export class AddSigningKeyInput extends WithIdempotencyKey {
  @Field(() => String, { description: 'The product whose packages are signed with it.' })
  productKey!: string;

  @Field(() => String, { description: '1–32 letters, digits, - and _.' })
  name!: string;

  @Field(() => String, {
    description:
      'What `openssl pkey -pubout` prints: Ed25519, ECDSA on P-256, or RSA of `limits.rsaBitsMinimum` to `limits.rsaBitsMaximum` bits.',
  })
  publicKeyPem!: string;
}

@InputType()
export class DeleteProductInput extends WithIdempotencyKey {
  @Field(() => String, { description: 'Which product.' })
  key!: string;
}

@InputType()
export class SetSecureUpdateInput {
  @Field(() => String, { description: 'Which product.' })
  productKey!: string;

  @Field(() => Boolean, { description: 'True: every notification carries a signature of each file.' })
  active!: boolean;

  @Field(() => KeyPairStepEnum, { nullable: true, description: 'A step of a change of key pair; none when not given.' })
  keyPair?: KeyPairStep | null;
}
