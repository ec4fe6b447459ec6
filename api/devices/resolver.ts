import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ownDevices } from '../../core/access/apps/own-devices';
import { secretTold } from '../../core/devices/certificates';
import type { DeviceWithSecret } from '../../core/devices/contract';
import { runningStreak } from '../../schema/model/device/connection-streak';
import type { Device } from '../../schema/model/device/device';
import { reportedModules } from '../../schema/model/device/device-modules';
import { type PresenceChange, presenceChanges } from '../../schema/model/device/presence-changes';
import type { IgnoredReport } from '../../schema/model/protocol/ignored-report';
import type { ApiContext } from '../context';
import { asPayload } from '../errors/as-payload';
import { found } from '../errors/found';
import { toConnection } from '../paging/connection';
import { type SortOrder, SortOrderEnum } from '../paging/order';
import { PageArgs } from '../paging/page-args';
import { TaskConnection } from '../tasks/types';
import {
  DeleteDevicesInput,
  DeviceFilterInput,
  RegisterDevicesInput,
  ResetDeviceSecretInput,
  SetDeviceCertificatesInput,
  SetDeviceGatewayInput,
  SetDeviceParentInput,
  SetDevicesEnabledInput,
  UpdateDeviceInput,
} from './inputs';
import {
  type ConnectionStreakType,
  DeleteDevicesPayload,
  DeviceConnection,
  type DeviceModule,
  type DeviceTagType,
  DeviceType,
  RegisterDevicesPayload,
  ResetDeviceSecretPayload,
  SetDeviceCertificatesPayload,
  SetDeviceGatewayPayload,
  SetDeviceParentPayload,
  SetDevicesEnabledPayload,
  UpdateDevicePayload,
} from './types';

@Resolver(() => DeviceType)
export class DeviceResolver {
  @Query(() => DeviceType, { nullable: true, description: 'One device. Twin of QueryDeviceDetail.' })
  device(@Arg('id', () => ID) id: string, @Ctx() { core }: ApiContext) {
    return found('device', core.devices.get(id));
  }

  @Query(() => DeviceConnection, { description: 'Devices, by name; for an app, its own. Twin of QueryDevice.' })
  async devices(
    @Arg('filter', () => DeviceFilterInput, { nullable: true, description: 'All of its conditions hold.' })
    filter: DeviceFilterInput | null,
    @Arg('order', () => SortOrderEnum, { nullable: true, description: 'By name; ascending when not given.' }) order: SortOrder | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    const own = { among: ownDevices(viewer), products: viewer.products };
    return toConnection(await core.devices.list({ ...filter, ...own }, page, order === 'DESCENDING'));
  }

  @Mutation(() => RegisterDevicesPayload, {
    description: 'Registers up to `limits.registrations` devices, all or none. Twin of BatchRegisterDevice.',
  })
  registerDevices(@Arg('input', () => RegisterDevicesInput) input: RegisterDevicesInput, @Ctx() { core, viewer }: ApiContext) {
    const registered = core.devices.register(viewer, input.productKey, input.devices, input.idempotencyKey);
    const told = (device: DeviceWithSecret, index: number) => secretTold(input.devices[index], device);
    return asPayload(
      registered.then((devices) => ({
        devices: devices.map((device, index) => ({ device, secret: told(device, index), psk: device.psk ?? null })),
      })),
      (field) => asGiven(input.devices, field),
    );
  }

  @Mutation(() => UpdateDevicePayload, { description: 'Changes what people keep about a device. Twin of SetDeviceProp.' })
  updateDevice(@Arg('input', () => UpdateDeviceInput) input: UpdateDeviceInput, @Ctx() { core, viewer }: ApiContext) {
    const { deviceId, dialect, region, tags } = input;
    const changes = { dialect: dialect ?? undefined, region, tags: tags ?? undefined };
    return asPayload(core.devices.update(viewer, deviceId, changes).then((device) => ({ device })));
  }

  @Mutation(() => SetDevicesEnabledPayload, {
    description:
      'Disables devices, or enables them again. A disabled device loses its connection within about a second and gets no other, no batch selects it, and its unfinished task waits. Twin of DisableThing and EnableThing, and of freezing a device.',
  })
  setDevicesEnabled(
    @Arg('input', () => SetDevicesEnabledInput) { deviceIds, enabled }: SetDevicesEnabledInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return asPayload(core.devices.setEnabled(viewer, deviceIds, enabled).then((devices) => ({ devices })));
  }

  @Mutation(() => SetDeviceParentPayload, {
    description:
      'Makes devices children of another one, their parent, whose connection they share; or takes them away from theirs. They are on-line with it, and upgraded over it. Twin of NotifyAddThingTopo and RemoveThingTopo.',
  })
  setDeviceParent(
    @Arg('input', () => SetDeviceParentInput) { deviceIds, parentId }: SetDeviceParentInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return asPayload(core.devices.setParent(viewer, deviceIds, parentId ?? null).then((devices) => ({ devices })));
  }

  @Mutation(() => SetDeviceGatewayPayload, {
    deprecationReason: 'Use setDeviceParent.',
    description: 'The older name of `setDeviceParent`.',
  })
  setDeviceGateway(
    @Arg('input', () => SetDeviceGatewayInput) { deviceIds, gatewayId }: SetDeviceGatewayInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return asPayload(
      core.devices.setParent(viewer, deviceIds, gatewayId ?? null).then((devices) => ({ devices })),
      (field) => (field === 'parentId' ? 'gatewayId' : field),
    );
  }

  @Mutation(() => SetDeviceCertificatesPayload, {
    description:
      'Says which client certificates devices may sign in with from now on; a connection made with one that is left out ends within about a second. Up to `limits.devicesPerCall` devices, all or none.',
  })
  setDeviceCertificates(
    @Arg('input', () => SetDeviceCertificatesInput) { devices: wanted }: SetDeviceCertificatesInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return asPayload(core.devices.setCertificates(viewer, wanted).then((devices) => ({ devices })));
  }

  @Mutation(() => ResetDeviceSecretPayload, {
    description:
      'Gives a device another secret. Everything that the old one opened ends: its sessions within about a second, its download addresses at once, and those of its children. Twin of resetting a device secret in the consoles of Alibaba Cloud IoT and IoTDA.',
  })
  resetDeviceSecret(@Arg('input', () => ResetDeviceSecretInput) input: ResetDeviceSecretInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.devices.resetSecret(viewer, input).then((device) => ({ device, secret: device.secret })));
  }

  @Mutation(() => DeleteDevicesPayload, {
    description: 'Deletes up to `limits.devicesPerCall` devices, all or none; their unfinished tasks fail. Twin of BatchDeleteDevice.',
  })
  deleteDevices(@Arg('input', () => DeleteDevicesInput) input: DeleteDevicesInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.devices.delete(viewer, input.deviceIds, input.idempotencyKey));
  }

  @FieldResolver()
  connectionStreak(@Root() device: Device): ConnectionStreakType | null {
    return runningStreak(device, new Date());
  }

  @FieldResolver()
  async presenceChanges(@Root() device: Device, @Ctx() { loaders }: ApiContext): Promise<PresenceChange[]> {
    return presenceChanges((await loaders.presence.load(device._id)) ?? [], device);
  }

  @FieldResolver()
  tags(@Root() { tags = {} }: Device): DeviceTagType[] {
    return Object.entries(tags)
      .map(([key, value]) => ({ key, value }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  @FieldResolver()
  certificateFingerprints(@Root() { certificates = [] }: Device): string[] {
    return certificates;
  }

  @FieldResolver()
  id(@Root() device: Device): string {
    return device._id;
  }

  @FieldResolver(() => DeviceType, {
    nullable: true,
    description: 'The device that speaks for it, and whose connection it shares; null for most.',
  })
  parent(@Root() { parentId }: Device, @Ctx() { loaders }: ApiContext): Promise<Device | null> | null {
    return parentId ? loaders.device.load(parentId) : null;
  }

  @FieldResolver(() => DeviceType, { nullable: true, deprecationReason: 'Use parent.', description: 'The older name of `parent`.' })
  gateway(@Root() device: Device, @Ctx() context: ApiContext): Promise<Device | null> | null {
    return this.parent(device, context);
  }

  @FieldResolver(() => DeviceConnection, {
    description: 'The devices that it speaks for, and that share its connection, by name. Twin of GetThingTopo.',
  })
  async children(@Root() device: Device, @Args(() => PageArgs) page: PageArgs, @Ctx() { core, viewer: { products } }: ApiContext) {
    return toConnection(await core.devices.list({ parentId: device._id, products }, page));
  }

  @FieldResolver()
  modules(@Root() device: Device): DeviceModule[] {
    return reportedModules(device.modules).map(({ module, spelling, version, reportedAt }) => ({
      name: module,
      spelling,
      version,
      reportedAt,
    }));
  }

  @FieldResolver()
  lastIgnoredReport(@Root() { lastIgnoredReport }: Device): IgnoredReport | null {
    return lastIgnoredReport ?? null;
  }

  @FieldResolver(() => TaskConnection, { description: 'Its tasks, latest first. Twin of ListOTATaskByDevice.' })
  async tasks(@Root() device: Device, @Args(() => PageArgs) page: PageArgs, @Ctx() { core }: ApiContext) {
    return toConnection(await core.tasks.list({ deviceId: device._id }, page));
  }
}

/** The parent of a row by the name that the row has for it. */
const asGiven = (rows: RegisterDevicesInput['devices'], field: string): string =>
  field.replace(/^(devices\[(\d+)\]\.)parent\b/, (whole, row, index) => {
    const { parent, gateway } = rows[Number(index)] ?? {};
    return gateway && !parent ? `${row}gateway` : whole;
  });
