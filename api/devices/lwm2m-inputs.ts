import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'A pre-shared key for DTLS.' })
export class PskInput {
  @Field(() => String, { description: 'What the device says who it is: 1 to 128 bytes in UTF-8, unique among all devices.' })
  identity!: string;

  @Field(() => String, { description: 'Hex digits, two a byte: `limits.pskBytesMinimum` to `limits.pskBytesMaximum` bytes.' })
  key!: string;
}

@InputType({ description: 'What a new LwM2M device is known by.' })
export class NewLwm2mIdentityInput {
  @Field(() => String, {
    nullable: true,
    description: '1–128 printable characters, unique among all devices; the device name when not given.',
  })
  endpoint?: string | null;

  @Field(() => [PskInput], {
    nullable: true,
    description:
      'Up to `limits.psksPerDevice`; an empty list: none. When not given, a key is made, with the endpoint name as its identity, unless the product lets devices register without DTLS (`plainCoap`).',
  })
  psks?: PskInput[] | null;
}

@InputType({ description: 'A pre-shared key that a device is to have.' })
export class ReplacedPskInput {
  @Field(() => String, { description: 'As in PskInput.' })
  identity!: string;

  @Field(() => String, { nullable: true, description: 'As in PskInput; the key that the device has under this identity when not given.' })
  key?: string | null;
}

@InputType({ description: 'What one LwM2M device is known by from now on. What is not given stays.' })
export class Lwm2mIdentityInput {
  @Field(() => ID, { description: 'Which device.' })
  deviceId!: string;

  @Field(() => String, { nullable: true, description: 'As in NewLwm2mIdentityInput.' })
  endpoint?: string | null;

  @Field(() => [ReplacedPskInput], {
    nullable: true,
    description: 'Up to `limits.psksPerDevice`, in place of all it has; an empty list takes them away.',
  })
  psks?: ReplacedPskInput[] | null;
}

@InputType()
export class SetLwm2mIdentitiesInput {
  @Field(() => [Lwm2mIdentityInput], { description: 'One to `limits.devicesPerCall`: all or none.' })
  devices!: Lwm2mIdentityInput[];
}
