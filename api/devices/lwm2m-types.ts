import { Field, ObjectType } from 'type-graphql';

@ObjectType('Lwm2mDevice', { description: 'What an LwM2M device is known by.' })
export class Lwm2mDeviceType {
  @Field(() => String, {
    description: 'What it registers as: unique among all devices, whatever their products. Endpoint Client Name of LwM2M.',
  })
  endpoint!: string;

  @Field(() => [String], {
    description:
      'The identities of its pre-shared keys, for DTLS; two while it goes over from one key to the next, none if it has no key. The keys are shown nowhere.',
  })
  pskIdentities!: string[];
}

@ObjectType('Psk', { description: 'A pre-shared key that was made for a device.' })
export class PskType {
  @Field(() => String, { description: 'The endpoint name of the device.' })
  identity!: string;

  @Field(() => String, { description: 'Hex digits, 32 bytes. Shown here and never again.' })
  key!: string;
}
