import { Field, ID, InputType } from 'type-graphql';
import type { Dialect } from '../../schema/model/protocol/dialect';
import { DialectEnum } from '../enums';
import { WithIdempotencyKey } from '../idempotency-key';
import { NewLwm2mIdentityInput } from './lwm2m-inputs';

@InputType({ description: 'Where a device is.' })
export class RegionInput {
  @Field(() => String, { description: '1–64 characters.' })
  province!: string;

  @Field(() => String, { description: '1–64 characters.' })
  city!: string;
}

@InputType({ description: 'Something people keep about a device.' })
export class DeviceTagInput {
  @Field(() => String, { description: '1–32 letters, digits, _ and -.' })
  key!: string;

  @Field(() => String, { description: '1–128 characters.' })
  value!: string;
}

@InputType({ description: 'A device by its name.' })
export class NamedDeviceInput {
  @Field(() => String, { nullable: true, description: 'The product it is of; that of the devices registered when not given.' })
  productKey?: string | null;

  @Field(() => String, { description: 'Its name there.' })
  deviceName!: string;
}

@InputType()
export class NewDeviceInput {
  @Field(() => String, { description: 'Unique within the product.' })
  deviceName!: string;

  @Field(() => String, { nullable: true, description: '16–64 printable ASCII characters; made up when not given.' })
  secret?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'SHA-256 fingerprints of client certificates it may sign in with over TLS (IoTDA), at most `limits.certificatesPerDevice`: 64 hex digits, with or without colons. An IoTDA device with certificates and without `secret` has no other way in; a Link device signs in with its secret only. Refused for LwM2M devices.',
  })
  certificateFingerprints?: string[] | null;

  @Field(() => DialectEnum, { nullable: true, description: 'What it speaks; that of its product when not given.' })
  dialect?: Dialect | null;

  @Field(() => NewLwm2mIdentityInput, { nullable: true, description: 'What an LwM2M device is known by; refused for other dialects.' })
  lwm2m?: NewLwm2mIdentityInput | null;

  @Field(() => RegionInput, { nullable: true, description: 'Where it is.' })
  region?: RegionInput | null;

  @Field(() => [DeviceTagInput], { nullable: true, description: 'At most `limits.deviceTags`.' })
  tags?: DeviceTagInput[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Whose app may see and confirm its tasks: the id of a user in your own system, 1–128 printable characters.',
  })
  owner?: string | null;

  @Field(() => NamedDeviceInput, {
    nullable: true,
    description: 'The device that speaks for it, and whose connection it shares; it may be in the same list.',
  })
  parent?: NamedDeviceInput | null;

  @Field(() => NamedDeviceInput, {
    nullable: true,
    deprecationReason: 'Use parent.',
    description: 'The older name of `parent`. Where both are given with different values, the list is refused with ALIAS_DIFFERS.',
  })
  gateway?: NamedDeviceInput | null;
}

@InputType()
export class RegisterDevicesInput extends WithIdempotencyKey {
  @Field(() => String, { description: 'The product they are of.' })
  productKey!: string;

  @Field(() => [NewDeviceInput], { description: 'One to `limits.registrations`: all are registered or none.' })
  devices!: NewDeviceInput[];
}

@InputType({ description: 'What is not given stays as it is.' })
export class UpdateDeviceInput {
  @Field(() => ID, { description: 'Which device.' })
  deviceId!: string;

  @Field(() => DialectEnum, {
    nullable: true,
    description:
      'What it speaks from its next connection on; refused while a task of it has not ended. A device that comes to speak LwM2M has its name as endpoint name and no pre-shared key (`setLwm2mIdentities`).',
  })
  dialect?: Dialect | null;

  @Field(() => RegionInput, { nullable: true, description: 'Null takes the region away.' })
  region?: RegionInput | null;

  @Field(() => [DeviceTagInput], { nullable: true, description: 'Takes the place of all tags it has; an empty list takes them away.' })
  tags?: DeviceTagInput[] | null;
}

@InputType()
export class SetDevicesEnabledInput {
  @Field(() => [ID], { description: 'One to `limits.devicesPerCall`: all or none.' })
  deviceIds!: string[];

  @Field(() => Boolean, { description: 'False disables them.' })
  enabled!: boolean;
}

@InputType({ description: 'The certificates of one device.' })
export class DeviceCertificatesInput {
  @Field(() => ID, { description: 'Which device.' })
  deviceId!: string;

  @Field(() => [String], {
    description:
      'SHA-256 fingerprints, at most `limits.certificatesPerDevice`, in place of those it has; none takes them away. 64 hex digits, with or without colons.',
  })
  fingerprints!: string[];
}

@InputType()
export class SetDeviceCertificatesInput {
  @Field(() => [DeviceCertificatesInput], { description: 'One to `limits.devicesPerCall`: all or none.' })
  devices!: DeviceCertificatesInput[];
}

@InputType({ description: 'The owner of one device.' })
export class DeviceOwnerInput {
  @Field(() => ID, { description: 'Which device.' })
  deviceId!: string;

  @Field(() => String, { nullable: true, description: 'As in NewDeviceInput; null: nobody.' })
  owner?: string | null;
}

@InputType()
export class SetDeviceOwnersInput {
  @Field(() => [DeviceOwnerInput], { description: 'One to `limits.devicesPerCall`: all or none.' })
  devices!: DeviceOwnerInput[];
}

@InputType()
export class ResetDeviceSecretInput {
  @Field(() => ID, { description: 'The device.' })
  deviceId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The product the device is of; refused when it is of another one. Need not be given.',
  })
  productKey?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The same key for the same device resets nothing more for 24 h, and gets the same secret. Up to `limits.idempotencyKeyLength` characters.',
  })
  idempotencyKey?: string | null;
}

@InputType()
export class SetDeviceParentInput {
  @Field(() => [ID], { description: 'The devices that have no connection of their own; one to `limits.devicesPerCall`: all or none.' })
  deviceIds!: string[];

  @Field(() => ID, { nullable: true, description: 'The device that speaks for them from now on, over its connection; null: none.' })
  parentId?: string | null;
}

@InputType({ description: 'The older form of SetDeviceParentInput.' })
export class SetDeviceGatewayInput {
  @Field(() => [ID], { description: 'As in SetDeviceParentInput.' })
  deviceIds!: string[];

  @Field(() => ID, { nullable: true, deprecationReason: 'Use parentId.', description: 'The older name of `parentId`.' })
  gatewayId?: string | null;
}

@InputType()
export class DeleteDevicesInput extends WithIdempotencyKey {
  @Field(() => [ID], { description: 'One to `limits.devicesPerCall`: all are deleted or none.' })
  deviceIds!: string[];
}

@InputType()
export class DeviceFilterInput {
  @Field(() => String, { nullable: true, description: 'Devices of this product.' })
  productKey?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Only devices that have a connection now, or only those without.' })
  online?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Only devices that are enabled, or only those that are disabled.' })
  enabled?: boolean | null;

  @Field(() => DialectEnum, { nullable: true, description: 'Devices that speak this dialect.' })
  dialect?: Dialect | null;

  @Field(() => DeviceTagInput, { nullable: true, description: 'Devices with this tag; key and value are compared exactly.' })
  tag?: DeviceTagInput | null;

  @Field(() => String, { nullable: true, description: 'What the device name begins with.' })
  namePrefix?: string | null;

  @Field(() => String, { nullable: true, description: 'The module that `version` is about; `default` when not given.' })
  module?: string | null;

  @Field(() => String, { nullable: true, description: 'Devices that reported this version.' })
  version?: string | null;

  @Field(() => String, { nullable: true, description: 'Devices in this province.' })
  province?: string | null;

  @Field(() => String, { nullable: true, description: 'Devices in this city of `province`.' })
  city?: string | null;

  @Field(() => ID, { nullable: true, description: 'Devices that were put into this group itself.' })
  groupId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Children of this device.' })
  parentId?: string | null;

  @Field(() => String, { nullable: true, description: 'Devices of this owner; compared exactly.' })
  owner?: string | null;

  @Field(() => String, { nullable: true, description: 'The LwM2M device with this endpoint name; compared exactly.' })
  endpoint?: string | null;

  @Field(() => String, { nullable: true, description: 'The LwM2M device that has a pre-shared key with this identity; compared exactly.' })
  pskIdentity?: string | null;
}
