import { isDeepStrictEqual } from 'node:util';
import { mongo } from 'mongoose';
import type { Group } from '../../schema/model/device/group';
import { type GroupRuleForm, groupRuleViolations, ruleOf } from '../../schema/model/device/group-rule-form';
import type { Viewer } from '../access/viewer';
import type { Note } from '../calls/calls';
import { displayNameViolation } from '../display-name';
import { UserError } from '../errors';
import { refuseIfAny } from '../refuse';
import { serialized } from '../transaction';
import type { GroupDeps } from './deps';
import { groupUnknown, TREE_CHANGES, wrongKind } from './tree';

/** R-DEV-4. */
export async function createDynamicGroup(
  { store, settings, clock, checks, memberships }: GroupDeps,
  viewer: Viewer,
  { name, rule: form }: { name: string; rule: GroupRuleForm },
  requireRoom: (session: mongo.ClientSession) => Promise<void>,
  note: Note<Pick<Group, '_id'>>,
): Promise<Group> {
  const { groups } = store.collections;
  refuseIfAny([displayNameViolation(name, 'name'), ...groupRuleViolations(form, 'rule', settings.limits)]);
  const { dynamicGroups } = settings.limits;
  const newGroup = (): Group => ({
    _id: new mongo.ObjectId().toHexString(),
    name: name.trim(),
    parentId: null,
    ancestors: [],
    createdBy: viewer.actorId,
    createdAt: clock(),
    dynamic: { rule: ruleOf(form), revision: 1, filled: false, checkAt: checks.due() },
  });
  const group = await serialized(store, TREE_CHANGES, async (session) => {
    await requireRoom(session);
    if ((await groups.countDocuments({ dynamic: { $exists: true } }, { session })) >= dynamicGroups) throw tooManyDynamic(dynamicGroups);
    // Made here, because the transaction may have waited.
    const made = newGroup();
    await groups.insertOne(made, { session });
    await note(session, { _id: made._id });
    return made;
  });
  memberships.forget();
  checks.soon(group._id);
  return group;
}

export async function updateDynamicGroup(
  { store, settings, checks, memberships }: GroupDeps,
  id: string,
  { name, rule: form }: { name?: string | null; rule?: GroupRuleForm | null },
): Promise<Group> {
  const { groups } = store.collections;
  refuseIfAny([
    name == null ? null : displayNameViolation(name, 'name'),
    ...(form ? groupRuleViolations(form, 'rule', settings.limits) : []),
  ]);
  const { group, changed } = await serialized(store, TREE_CHANGES, async (session) => {
    const found = await groups.findOne({ _id: id }, { session });
    if (found === null) throw groupUnknown('groupId');
    if (!found.dynamic) throw wrongKind('groupId', 'The group is static and has no rule.', 'Use `updateGroup`, or make a dynamic group.');
    const rule = form ? ruleOf(form) : found.dynamic.rule;
    const isOther = !isDeepStrictEqual(rule, found.dynamic.rule);
    const set = {
      ...(name != null && { name: name.trim() }),
      ...(isOther && {
        'dynamic.rule': rule,
        'dynamic.revision': found.dynamic.revision + 1,
        'dynamic.filled': false,
        'dynamic.checkAt': checks.due(),
      }),
    };
    if (Object.keys(set).length === 0) return { group: found, changed: false };
    const group = await groups.findOneAndUpdate({ _id: id }, { $set: set }, { session, returnDocument: 'after' });
    return { group: group ?? found, changed: isOther };
  });
  if (changed) {
    memberships.forget();
    checks.soon(id);
  }
  return group;
}

const tooManyDynamic = (limit: number): UserError =>
  new UserError('TOO_MANY', {
    field: 'name',
    message: `There are ${limit} dynamic groups already.`,
    hint: 'Delete one that is not used, or widen the rule of another.',
    limit: `${limit}`,
  });
