import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Device } from '../../schema/model/device/device';
import { type Group, type GroupKind, type GroupState, kindOfGroup, stateOfGroup } from '../../schema/model/device/group';
import type { ApiContext } from '../context';
import { DeviceConnection, DeviceType } from '../devices/types';
import { asPayload } from '../errors/as-payload';
import { found } from '../errors/found';
import { toConnection } from '../paging/connection';
import { PageArgs } from '../paging/page-args';
import {
  CreateDynamicGroupInput,
  CreateGroupInput,
  DeleteGroupInput,
  GroupDevicesInput,
  GroupFilterInput,
  UpdateDynamicGroupInput,
  UpdateGroupInput,
} from './inputs';
import { GroupRuleInput, type GroupRuleType } from './rule-types';
import { DeleteGroupPayload, GroupConnection, GroupDevicesPayload, GroupPayload, GroupType, PreviewGroupRulePayload } from './types';

/** Looks at every device. */
const PREVIEW = 2_000;

@Resolver(() => GroupType)
export class GroupResolver {
  @Query(() => GroupType, { nullable: true, description: 'One group. Twin of QueryDeviceGroupInfo.' })
  group(@Arg('id', () => ID) id: string, @Ctx() { core }: ApiContext) {
    return found('group', core.groups.get(id));
  }

  @Query(() => GroupConnection, { description: 'Groups, oldest first. Twin of QueryDeviceGroupList.' })
  async groups(
    @Arg('filter', () => GroupFilterInput, { nullable: true, description: 'All of its conditions hold.' }) filter: GroupFilterInput | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { core }: ApiContext,
  ) {
    return toConnection(await core.groups.list(filter ?? {}, page));
  }

  @Query(() => PreviewGroupRulePayload, {
    complexity: PREVIEW,
    description: 'How many devices a dynamic group with this rule would have now, or why the rule would be refused. Nothing is created.',
  })
  previewGroupRule(
    @Arg('rule', () => GroupRuleInput, { description: 'As `createDynamicGroup` takes it.' }) rule: GroupRuleInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return asPayload(core.groups.previewRule(viewer, rule));
  }

  @Mutation(() => GroupPayload, { description: 'Makes a group. Twin of CreateDeviceGroup.' })
  createGroup(@Arg('input', () => CreateGroupInput) input: CreateGroupInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.groups.create(viewer, input).then((group) => ({ group })));
  }

  @Mutation(() => GroupPayload, { description: 'Renames or moves a group. Twin of UpdateDeviceGroup.' })
  updateGroup(@Arg('input', () => UpdateGroupInput) { groupId, ...changes }: UpdateGroupInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.groups.update(viewer, groupId, changes).then((group) => ({ group })));
  }

  @Mutation(() => GroupPayload, {
    description: 'Makes a group whose members follow from a rule, with each change of a device. Twin of CreateDeviceDynamicGroup.',
  })
  createDynamicGroup(@Arg('input', () => CreateDynamicGroupInput) input: CreateDynamicGroupInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.groups.createDynamic(viewer, input).then((group) => ({ group })));
  }

  @Mutation(() => GroupPayload, { description: 'Renames a dynamic group, or gives it another rule.' })
  updateDynamicGroup(
    @Arg('input', () => UpdateDynamicGroupInput) { groupId, ...changes }: UpdateDynamicGroupInput,
    @Ctx() { core, viewer }: ApiContext,
  ) {
    return asPayload(core.groups.updateDynamic(viewer, groupId, changes).then((group) => ({ group })));
  }

  @Mutation(() => DeleteGroupPayload, { description: 'Deletes a group without sub-groups; its devices stay. Twin of DeleteDeviceGroup.' })
  deleteGroup(@Arg('input', () => DeleteGroupInput) input: DeleteGroupInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.groups.delete(viewer, input.groupId, input.idempotencyKey).then(({ _id }) => ({ groupId: _id })));
  }

  @Mutation(() => GroupDevicesPayload, {
    description: 'Puts devices into a static group, all or none. Twin of BatchAddDeviceGroupRelations.',
  })
  addDevicesToGroup(@Arg('input', () => GroupDevicesInput) input: GroupDevicesInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.groups.addDevices(viewer, input.groupId, input.deviceIds));
  }

  @Mutation(() => GroupDevicesPayload, { description: 'Takes devices out of a static group. Twin of BatchDeleteDeviceGroupRelations.' })
  removeDevicesFromGroup(@Arg('input', () => GroupDevicesInput) input: GroupDevicesInput, @Ctx() { core, viewer }: ApiContext) {
    return asPayload(core.groups.removeDevices(viewer, input.groupId, input.deviceIds));
  }

  @FieldResolver()
  id(@Root() { _id }: Group): string {
    return _id;
  }

  @FieldResolver()
  kind(@Root() group: Group): GroupKind {
    return kindOfGroup(group);
  }

  @FieldResolver()
  state(@Root() group: Group): GroupState {
    return stateOfGroup(group);
  }

  @FieldResolver()
  rule(@Root() { dynamic }: Group): GroupRuleType | null {
    return dynamic?.rule ?? null;
  }

  @FieldResolver(() => Int, { complexity: 20, description: 'Devices in the group itself, counted now.' })
  deviceCount(@Root() { _id }: Group, @Ctx() { core, viewer: { products } }: ApiContext) {
    return core.groups.countDevices(_id, products);
  }

  @FieldResolver(() => DeviceConnection, { description: 'Devices in the group itself. Twin of QueryDeviceListByDeviceGroup.' })
  async devices(@Root() { _id }: Group, @Args(() => PageArgs) page: PageArgs, @Ctx() { core, viewer: { products } }: ApiContext) {
    return toConnection(await core.devices.list({ groupId: _id, products }, page));
  }

  @FieldResolver(() => GroupConnection, { description: 'Groups directly below it.' })
  async subGroups(@Root() { _id }: Group, @Args(() => PageArgs) page: PageArgs, @Ctx() { core }: ApiContext) {
    return toConnection(await core.groups.list({ parentId: _id }, page));
  }
}

@Resolver(() => DeviceType)
export class DeviceGroupsResolver {
  @FieldResolver(() => [GroupType], {
    complexity: 20,
    description: 'The groups it was put into itself, at most `limits.groupsPerDevice`, and the dynamic groups it is in.',
  })
  async groups(@Root() { groups = [] }: Device, @Ctx() { core }: ApiContext): Promise<Group[]> {
    return (await core.groups.getMany(groups)).filter((group) => group !== null);
  }
}
