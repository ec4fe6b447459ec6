import { mongo } from 'mongoose';
import type { Group } from '../../schema/model/device/group';
import { requireRole } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import { idsViolation } from '../devices/require-device';
import { displayNameViolation } from '../display-name';
import { isDuplicateKey } from '../duplicate-key';
import { UserError } from '../errors';
import { inOrderOf } from '../paging/in-order-of';
import { pageOf } from '../paging/page-of';
import { refuseIfAny } from '../refuse';
import { serialized } from '../transaction';
import type { GroupService } from './contract';
import type { GroupDeps } from './deps';
import { createDynamicGroup, updateDynamicGroup } from './dynamic';
import { addDevices, removeDevices } from './members';
import { ancestorsBelow, groupUnknown, moveGroup, requireDepth, TREE_CHANGES, wrongKind } from './tree';

export function createGroupService(deps: GroupDeps): GroupService {
  const { store, settings, clock, checks, memberships, onMoved, onDeleted } = deps;
  const { groups, devices } = store.collections;
  const { limits } = settings;

  async function existing(id: string, session?: mongo.ClientSession): Promise<Group> {
    const group = await groups.findOne({ _id: id }, { session });
    if (group === null) throw groupUnknown('groupId');
    return group;
  }

  /** No two groups have the same name. */
  async function named<T>(name: string | null | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      throw groupExists((await groups.findOne({ name: name?.trim() }, { projection: { _id: 1 } }))?._id);
    }
  }

  async function requireRoom(session: mongo.ClientSession): Promise<void> {
    if ((await groups.countDocuments({}, { session })) >= limits.groups) throw tooManyGroups(limits.groups);
  }

  async function members(
    viewer: Viewer,
    id: string,
    deviceIds: readonly string[],
    change: (group: Group, ids: string[]) => Promise<number>,
  ) {
    requireRole(viewer, 'OPERATOR');
    const ids = [...new Set(deviceIds)];
    refuseIfAny([idsViolation(ids.length, limits.devicesPerCall, 'deviceIds', 'Name')]);
    const group = await existing(id);
    if (group.dynamic) throw wrongKind('groupId', 'Members of a dynamic group follow from its rule.', 'Change the rule or the devices.');
    const changed = await change(group, ids);
    // Also of those whom it does not change: an earlier call may have come no further than the store.
    await onMoved?.(ids);
    return { group, changed };
  }

  return {
    async create(viewer, { name, parentId = null }) {
      requireRole(viewer, 'OPERATOR');
      refuseIfAny([displayNameViolation(name, 'name')]);
      return named(name, () =>
        serialized(store, TREE_CHANGES, async (session) => {
          await requireRoom(session);
          const ancestors = await ancestorsBelow(groups, parentId, session);
          requireDepth(ancestors, limits);
          const _id = new mongo.ObjectId().toHexString();
          const group: Group = { _id, name: name.trim(), parentId, ancestors, createdBy: viewer.actorId, createdAt: clock() };
          await groups.insertOne(group, { session });
          return group;
        }),
      );
    },
    async createDynamic(viewer, input) {
      requireRole(viewer, 'OPERATOR');
      return named(input.name, () => createDynamicGroup(deps, viewer, input, requireRoom));
    },
    async updateDynamic(viewer, id, changes) {
      requireRole(viewer, 'OPERATOR');
      return named(changes.name, () => updateDynamicGroup(deps, id, changes));
    },
    async update(viewer, id, { name, parentId }) {
      requireRole(viewer, 'OPERATOR');
      if (name != null) refuseIfAny([displayNameViolation(name, 'name')]);
      return named(name, () =>
        serialized(store, TREE_CHANGES, async (session) => {
          const group = await existing(id, session);
          if (group.dynamic && parentId != null) throw wrongKind('parentId', 'A dynamic group is no sub-group.', 'Leave it a root.');
          if (name != null) await groups.updateOne({ _id: id }, { $set: { name: name.trim() } }, { session });
          if (parentId !== undefined && parentId !== group.parentId) await moveGroup(groups, group, parentId, limits, session);
          return existing(id, session);
        }),
      );
    },
    async delete(viewer, id) {
      requireRole(viewer, 'OPERATOR');
      const group = await serialized(store, TREE_CHANGES, async (session) => {
        const found = await existing(id, session);
        if (await groups.findOne({ parentId: id }, { session })) throw notEmpty();
        await groups.deleteOne({ _id: id }, { session });
        if (found.dynamic) await store.collections.settings.insertOne(checks.markDeleted(id), { session });
        return found;
      });
      memberships.forget();
      await removeDevices({ devices }, id, clock());
      await onDeleted?.(id);
      return group;
    },
    addDevices: (viewer, id, deviceIds) =>
      members(viewer, id, deviceIds, (group, ids) => addDevices({ devices, groups }, limits, group, ids, clock())),
    removeDevices: (viewer, id, deviceIds) =>
      members(viewer, id, deviceIds, ({ _id }, ids) => removeDevices({ devices }, _id, clock(), ids)),
    get: (id) => groups.findOne({ _id: id }),
    getMany: async (ids) => inOrderOf(ids, await groups.find({ _id: { $in: [...ids] } }).toArray()),
    list: ({ parentId, namePrefix, kind }, page) =>
      pageOf(
        groups,
        {
          ...(parentId !== undefined && { parentId }),
          ...(namePrefix && { name: { $gte: namePrefix, $lt: `${namePrefix}\uffff` } }),
          ...(kind && { dynamic: { $exists: kind === 'DYNAMIC' } }),
        },
        { _id: 1 },
        page,
        limits,
      ),
    countDevices: (id) => devices.countDocuments({ groups: id }),
  };
}

const groupExists = (conflictingId: string | undefined): UserError =>
  new UserError('GROUP_EXISTS', { field: 'name', message: 'A group has this name already.', hint: 'Choose another name.', conflictingId });

const tooManyGroups = (limit: number): UserError =>
  new UserError('TOO_MANY', {
    field: 'name',
    message: `There are ${limit} groups already.`,
    hint: 'Delete one that is not used.',
    limit: `${limit}`,
  });

const notEmpty = (): UserError =>
  new UserError('GROUP_NOT_EMPTY', { field: 'groupId', message: 'The group has sub-groups.', hint: 'Delete or move those first.' });
