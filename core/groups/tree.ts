import type { mongo } from 'mongoose';
import type { Group } from '../../schema/model/device/group';
import type { Limits } from '../../schema/model/limits';
import type { Store } from '../../schema/mongo/connect';
import { UserError } from '../errors';

type Groups = Store['collections']['groups'];
/** Changes of the tree are serialized: two moves that are each in order could make a circle together. */
export const TREE_CHANGES = ['group-tree'];

/** The group and all below it. Throws GROUP_UNKNOWN. */
export async function withSubGroups(groups: Groups, id: string, field: string): Promise<string[]> {
  const found = await groups.find({ $or: [{ _id: id }, { ancestors: id }] }, { projection: { _id: 1 } }).toArray();
  const ids = found.map(({ _id }) => _id).sort();
  if (!ids.includes(id)) throw groupUnknown(field);
  return ids;
}

/** The ancestors of what is put below `parentId`. Throws GROUP_UNKNOWN. */
export async function ancestorsBelow(groups: Groups, parentId: string | null, session: mongo.ClientSession): Promise<string[]> {
  if (parentId === null) return [];
  const parent = await groups.findOne({ _id: parentId }, { session });
  if (parent === null) throw groupUnknown('parentId');
  if (parent.dynamic) throw wrongKind('parentId', 'A dynamic group has no sub-groups.', 'Choose a static group, or none.');
  return [...parent.ancestors, parent._id];
}

/** Writes where `group` is from now on, and all that is below it. Throws GROUP_TREE. */
export async function moveGroup(
  groups: Groups,
  group: Group,
  parentId: string | null,
  limits: Pick<Limits, 'groupDepth'>,
  session: mongo.ClientSession,
): Promise<void> {
  const ancestors = await ancestorsBelow(groups, parentId, session);
  if (ancestors.includes(group._id)) throw refusedTree('The group would be below itself.', `${limits.groupDepth} levels`);
  const below = await groups.find({ ancestors: group._id }, { session }).toArray();
  const moved = below.map((each) => ({ _id: each._id, ancestors: [...ancestors, ...each.ancestors.slice(group.ancestors.length)] }));
  for (const each of [{ ancestors }, ...moved]) requireDepth(each.ancestors, limits);
  await groups.updateOne({ _id: group._id }, { $set: { parentId, ancestors } }, { session });
  if (moved.length === 0) return;
  const operations = moved.map((each) => ({ updateOne: { filter: { _id: each._id }, update: { $set: { ancestors: each.ancestors } } } }));
  await groups.bulkWrite(operations, { session });
}

/** Throws GROUP_TREE. */
export function requireDepth(ancestors: readonly string[], { groupDepth }: Pick<Limits, 'groupDepth'>): void {
  if (ancestors.length < groupDepth) return;
  throw refusedTree(`Groups go ${groupDepth} levels deep, and it would be on level ${ancestors.length + 1}.`, `${groupDepth} levels`);
}

const refusedTree = (message: string, limit: string): UserError =>
  new UserError('GROUP_TREE', { field: 'parentId', message, hint: 'Choose another parent, or none.', limit });

export const wrongKind = (field: string, message: string, hint: string): UserError => new UserError('GROUP_KIND', { field, message, hint });

export const groupUnknown = (field: string): UserError =>
  new UserError('GROUP_UNKNOWN', { field, message: 'No group has this id.', hint: 'Query `groups` for the ids there are.' });
