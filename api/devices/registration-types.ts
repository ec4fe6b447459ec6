import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { enumOf } from '../enums';

export const CoapSecurityEnum = enumOf('CoapSecurity', 'How a device that speaks CoAP has proven who it is.', {
  PSK: 'By DTLS, with a pre-shared key.',
  NONE: 'Not at all: its product lets devices register with plain CoAP.',
});

@ObjectType('RegisteredObject', { description: 'An object of LwM2M that a device has.' })
export class RegisteredObjectType {
  @Field(() => Int, { description: 'Its number, as OMA has registered it.' })
  id!: number;

  @Field(() => String, { nullable: true, description: 'Its version; null where the device names none.' })
  version!: string | null;

  @Field(() => [Int], { description: 'Its instances, ascending.' })
  instances!: number[];
}

@ObjectType({ description: 'That an LwM2M device is registered.' })
export class Lwm2mRegistration {
  @Field(() => GraphQLDateTime, { description: 'When it registered.' })
  since!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it is over unless the device updates it: at the end of its lifetime, with a grace.' })
  until!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the device was heard last; of what it sends again and again, within a few seconds.' })
  heardAt!: Date;

  @Field(() => String, { description: 'The IP address and port it was heard from, `192.0.2.1:40000` or `[2001:db8::1]:40000`.' })
  address!: string;

  @Field(() => String, { description: 'Of LwM2M, as the device says: `1.0`, `1.1` or `1.2`.' })
  version!: string;

  @Field(() => String, { description: 'How it can be reached, in its own letters: `U` for UDP.' })
  binding!: string;

  @Field(() => Boolean, {
    description: 'It sleeps, and listens only for a while after each of its messages. `Device.online` is false while it sleeps.',
  })
  queueMode!: boolean;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'With queue mode: until when it is taken to be awake; in the past while it sleeps. Null without queue mode.',
  })
  awakeUntil!: Date | null;

  @Field(() => CoapSecurityEnum, { description: 'How it has proven who it is.' })
  security!: 'PSK' | 'NONE';

  @Field(() => [RegisteredObjectType], { description: 'By number.' })
  objects!: RegisteredObjectType[];
}
