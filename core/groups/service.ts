import { mongo } from 'mongoose';
import type { Group } from '../../schema/model/device/group';
import { withinIdsOfProducts } from '../access/permissions/products';
import { requireRole } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import { answerOutdated, type Call, type Note } from '../calls/calls';
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
import { previewRule } from './preview';
import { ancestorsBelow, groupUnknown, moveGroup, requireDepth, TREE_CHANGES, wrongKind } from './tree';

type Made = Pick<Group, '_id'>;

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

  const made = (viewer: Viewer, call: Call, name: string, make: (note: Note<Made>) => Promise<Group>): Promise<Group> =>
    deps.calls.once<Group, Made>(viewer, call, {
      make: (note) => named(name, () => make(note)),
      async again({ _id }) {
        const group = await groups.findOne({ _id });
        if (group === null) throw answerOutdated('the group was deleted', _id);
        return group;
      },
    });

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
    async create(viewer, { idempotencyKey, ...input }) {
      requireRole(viewer, 'OPERATOR');
      const { name, parentId = null } = input;
      refuseIfAny([displayNameViolation(name, 'name')]);
      return made(viewer, { mutation: 'createGroup', idempotencyKey, input }, name, (note) =>
        serialized(store, TREE_CHANGES, async (session) => {
          await requireRoom(session);
          const ancestors = await ancestorsBelow(groups, parentId, session);
          requireDepth(ancestors, limits);
          const _id = new mongo.ObjectId().toHexString();
          const group: Group = { _id, name: name.trim(), parentId, ancestors, createdBy: viewer.actorId, createdAt: clock() };
          await groups.insertOne(group, { session });
          await note(session, { _id });
          return group;
        }),
      );
    },
    async createDynamic(viewer, { idempotencyKey, ...input }) {
      requireRole(viewer, 'OPERATOR');
      return made(viewer, { mutation: 'createDynamicGroup', idempotencyKey, input }, input.name, (note) =>
        createDynamicGroup(deps, viewer, input, requireRoom, note),
      );
    },
    async updateDynamic(viewer, id, changes) {
      requireRole(viewer, 'OPERATOR');
      return named(changes.name, () => updateDynamicGroup(deps, id, changes));
    },
    async previewRule(viewer, rule) {
      requireRole(viewer, 'OPERATOR');
      return previewRule(devices, rule, limits);
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
    async delete(viewer, id, idempotencyKey) {
      requireRole(viewer, 'OPERATOR');
      const call = { mutation: 'deleteGroup', idempotencyKey, input: { id } } as const;
      const group = await deps.calls.once<Group, Group>(viewer, call, {
        make: (note) =>
          serialized(store, TREE_CHANGES, async (session) => {
            const found = await existing(id, session);
            if (await groups.findOne({ parentId: id }, { session })) throw notEmpty();
            await groups.deleteOne({ _id: id }, { session });
            if (found.dynamic) await store.collections.settings.insertOne(checks.markDeleted(id), { session });
            await note(session, found);
            return found;
          }),
        again: async (found) => found,
      });
      // Also when this is a repeat: the call before may have come no further than the store.
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
    countDevices: (id, products) => devices.countDocuments(withinIdsOfProducts({ groups: id }, products)),
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
