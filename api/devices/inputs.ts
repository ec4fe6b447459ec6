import { Field, InputType } from 'type-graphql';

@InputType()
export class NewDeviceInput {
  @Field(() => String, { description: 'Unique within the product.' })
  deviceName!: string;

  @Field(() => String, { nullable: true, description: '16–64 printable ASCII characters; made up when not given.' })
  secret?: string | null;
}

@InputType()
export class RegisterDevicesInput {
  @Field(() => String, { description: 'The product they are of.' })
  productKey!: string;

  @Field(() => [NewDeviceInput], { description: 'One to 1,000: all are registered or none.' })
  devices!: NewDeviceInput[];
}

@InputType()
export class DeviceFilterInput {
  @Field(() => String, { nullable: true, description: 'Devices of this product.' })
  productKey?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Only devices that have a connection now, or only those without.' })
  online?: boolean | null;

  @Field(() => String, { nullable: true, description: 'What the device name begins with.' })
  namePrefix?: string | null;

  @Field(() => String, { nullable: true, description: 'The module that `version` is about; `default` when not given.' })
  module?: string | null;

  @Field(() => String, { nullable: true, description: 'Devices that reported this version.' })
  version?: string | null;
}
