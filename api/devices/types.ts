import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { PresenceChange, PresenceReason } from '../../schema/model/device/presence-changes';
import type { Dialect } from '../../schema/model/protocol/dialect';
import type { IgnoredReport, IgnoredReportReason } from '../../schema/model/protocol/ignored-report';
import { DialectEnum, IgnoredReportReasonEnum } from '../enums';
import { Payload } from '../errors/user-error-type';
import { NodeType } from '../nodes/types';
import { connectionOf } from '../paging/connection';
import { PresenceReasonEnum } from './enums';
import { PskType } from './lwm2m-types';

@ObjectType({ description: 'A separately versioned part of a device, and the version it reported last.' })
export class DeviceModule {
  @Field(() => String, { description: 'In lower case: modules are compared without regard to case. `default` when the device names none.' })
  name!: string;

  @Field(() => String, { description: 'As the device writes the name, and as messages to it do.' })
  spelling!: string;

  @Field(() => String, { description: 'As the device reported it.' })
  version!: string;

  @Field(() => GraphQLDateTime, { description: 'When the device reported it.' })
  reportedAt!: Date;
}

@ObjectType('IgnoredReport', { description: 'A report that could not be read: it changed nothing.' })
export class IgnoredReportType {
  @Field(() => GraphQLDateTime, { description: 'When it came; of one that is repeated, within the last ten seconds.' })
  at!: Date;

  @Field(() => IgnoredReportReasonEnum, { description: 'What is wrong with it.' })
  reason!: IgnoredReportReason;

  @Field(() => String, { description: 'What the device said, at most 128 characters of it.' })
  text!: string;
}

@ObjectType('Region', { description: 'Where a device is.' })
export class RegionType {
  @Field(() => String, { description: 'As it was registered.' })
  province!: string;

  @Field(() => String, { description: 'As it was registered.' })
  city!: string;
}

@ObjectType('DeviceTag', { description: 'Something people keep about a device.' })
export class DeviceTagType {
  @Field(() => String, { description: 'Unique for the device.' })
  key!: string;

  @Field(() => String, { description: 'Any text.' })
  value!: string;
}

@ObjectType('ConnectionStreak', { description: 'Connections of a device of which each came within a minute of the one before.' })
export class ConnectionStreakType {
  @Field(() => GraphQLDateTime, { description: 'When the first of them came.' })
  since!: Date;

  @Field(() => Int, { description: 'How many, two at least. From five on a task that waits for the device says CONNECTION_UNSTABLE.' })
  connections!: number;

  @Field(() => Int, {
    description:
      'Those among them that came while another one was there: about as many as `connections` where two devices have one identity.',
  })
  takeovers!: number;
}

@ObjectType('PresenceChange', { description: 'That a device came on-line, or went off-line.' })
export class PresenceChangeType {
  @Field(() => GraphQLDateTime, { description: 'When.' })
  at!: Date;

  @Field(() => Boolean, { description: 'Whether it was on-line from then on.' })
  online!: boolean;

  @Field(() => PresenceReasonEnum, { nullable: true, description: 'Null where it is not known.' })
  reason!: PresenceReason | null;
}

@ObjectType('Device', { implements: NodeType, description: 'One device of a product. Its secret is shown at registration only.' })
export class DeviceType {
  @Field(() => ID, { description: 'Opaque.' })
  id!: string;

  @Field(() => String, { description: 'The product it is of.' })
  productKey!: string;

  @Field(() => String, { description: 'Its name, unique within the product. DeviceName of Alibaba Cloud IoT.' })
  deviceName!: string;

  @Field(() => DialectEnum, { description: 'How it speaks.' })
  dialect!: Dialect;

  @Field(() => [String], {
    description: 'SHA-256 fingerprints of the client certificates it may sign in with, 64 lower-case hex digits each.',
  })
  certificateFingerprints!: string[];

  @Field(() => Boolean, { description: 'False: it gets no connection, and no batch selects it.' })
  enabled!: boolean;

  @Field(() => Boolean, { description: "Whether it has a connection now, its own or its parent's." })
  online!: boolean;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Since when it is on-line or off-line; null before its first connection.' })
  onlineChangedAt!: Date | null;

  @Field(() => [PresenceChangeType], {
    description:
      'When it came on-line and went off-line, newest first, as far as that is kept. A few seconds behind; where many devices come at once, some of it may be missing.',
  })
  presenceChanges!: PresenceChange[];

  @Field(() => ConnectionStreakType, {
    nullable: true,
    description: 'Set while it connects again and again; null for a device that is calm.',
  })
  connectionStreak!: ConnectionStreakType | null;

  @Field(() => [DeviceModule], { description: 'Every module that reported a version, by name.' })
  modules!: DeviceModule[];

  @Field(() => IgnoredReportType, {
    nullable: true,
    description: 'The last of its reports that could not be read: a version with blanks, for example. Null when there was none.',
  })
  lastIgnoredReport!: IgnoredReport | null;

  @Field(() => RegionType, { nullable: true, description: 'Null where nobody said.' })
  region!: RegionType | null;

  @Field(() => String, {
    nullable: true,
    description: 'Whose app may see and confirm its tasks: the id of a user in the system of the operator; null: nobody.',
  })
  owner!: string | null;

  @Field(() => [DeviceTagType], { description: 'By key.' })
  tags!: DeviceTagType[];

  @Field(() => GraphQLDateTime, { description: 'When it was registered.' })
  createdAt!: Date;
}

export const DeviceConnection = connectionOf(() => DeviceType, 'Device');

@ObjectType({ description: 'A new device with the secret it signs in with.' })
export class RegisteredDevice {
  @Field(() => DeviceType, { description: 'The device.' })
  device!: DeviceType;

  @Field(() => String, {
    nullable: true,
    description:
      'Shown here and never again; null for a device that signs in with a certificate only, and for an LwM2M device that was given none. DeviceSecret of Alibaba Cloud IoT.',
  })
  secret!: string | null;

  @Field(() => PskType, {
    nullable: true,
    description: 'The pre-shared key that was made for an LwM2M device; null where none was.',
  })
  psk!: PskType | null;
}

@ObjectType()
export class RegisterDevicesPayload extends Payload {
  @Field(() => [RegisteredDevice], {
    nullable: true,
    description: 'In the order of the input; null when they were refused, and then none exists.',
  })
  devices!: RegisteredDevice[] | null;
}

@ObjectType()
export class UpdateDevicePayload extends Payload {
  @Field(() => DeviceType, { nullable: true, description: 'The device afterwards; null when it was refused.' })
  device!: DeviceType | null;
}

@ObjectType()
export class SetDevicesEnabledPayload extends Payload {
  @Field(() => [DeviceType], {
    nullable: true,
    description: 'In the order of the input; null when it was refused, and then nothing was changed.',
  })
  devices!: DeviceType[] | null;
}

@ObjectType()
export class SetDeviceParentPayload extends Payload {
  @Field(() => [DeviceType], {
    nullable: true,
    description: 'In the order of the input; null when it was refused, and then nothing was changed.',
  })
  devices!: DeviceType[] | null;
}

@ObjectType({ description: 'The answer of `setDeviceGateway`, the older name of `setDeviceParent`.' })
export class SetDeviceGatewayPayload extends SetDeviceParentPayload {}

@ObjectType()
export class SetDeviceCertificatesPayload extends Payload {
  @Field(() => [DeviceType], {
    nullable: true,
    description: 'In the order of the input; null when it was refused, and then nothing was changed.',
  })
  devices!: DeviceType[] | null;
}

@ObjectType()
export class SetDeviceOwnersPayload extends Payload {
  @Field(() => [DeviceType], {
    nullable: true,
    description: 'In the order of the input; null when it was refused, and then nothing was changed.',
  })
  devices!: DeviceType[] | null;
}

@ObjectType()
export class SetLwm2mIdentitiesPayload extends Payload {
  @Field(() => [DeviceType], {
    nullable: true,
    description: 'In the order of the input; null when it was refused, and then nothing was changed.',
  })
  devices!: DeviceType[] | null;
}

@ObjectType()
export class ResetDeviceSecretPayload extends Payload {
  @Field(() => DeviceType, { nullable: true, description: 'The device afterwards; null when it was refused.' })
  device!: DeviceType | null;

  @Field(() => String, {
    nullable: true,
    description: 'What it signs in with from now on. Shown here and never again; null when it was refused.',
  })
  secret!: string | null;
}

@ObjectType()
export class DeleteDevicesPayload extends Payload {
  @Field(() => Int, { nullable: true, description: 'Devices that are gone; null when it was refused.' })
  deleted!: number | null;

  @Field(() => Int, { nullable: true, description: 'Unfinished tasks of theirs that were ended as failed, DEVICE_REMOVED.' })
  tasksEnded!: number | null;
}
