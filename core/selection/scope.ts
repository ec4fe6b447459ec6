import { randomBytes } from 'node:crypto';
import type { Batch, BatchScope } from '../../schema/model/batch/batch';
import { percentViolation } from '../../schema/model/batch/phase';
import { seedViolation } from '../../schema/model/names';
import type { Violation } from '../../schema/model/violation';
import type { Collections } from '../../schema/mongo/connect';
import { useList } from '../device-lists/service';
import { regionViolations } from '../devices/attributes';
import { UserError } from '../errors';
import { withSubGroups } from '../groups/tree';

/** What is wrong with the form of a scope, other than with names given by hand. */
export function scopeFormViolations(scope: BatchScope): Violation[] {
  const given = (...violations: (Violation | null)[]): Violation[] => violations.filter((violation) => violation !== null);
  switch (scope.kind) {
    case 'region':
      return given(...regionViolations(scope, 'scope.region'));
    case 'phased':
      return given(
        percentViolation(scope.percent, 'scope.phased.percent'),
        scope.seed === '' ? null : seedViolation(scope.seed, 'scope.phased.seed'),
      );
    default:
      return [];
  }
}

/** The scope as the batch keeps it: a phased one without a seed gets one. */
export function settledScope(scope: BatchScope): BatchScope {
  if (scope.kind === 'targeted') return { kind: 'targeted', deviceNames: [...new Set(scope.deviceNames)] };
  if (scope.kind === 'phased' && scope.seed === '') return { ...scope, seed: randomBytes(8).toString('hex') };
  return scope;
}

/** What the scope refers to, as it is now. Throws GROUP_UNKNOWN, GROUP_FILLING, LIST_UNKNOWN, LIST_NOT_CLEAN. */
export async function resolvedScope(collections: Collections, { scope, productKey, createdAt }: Batch): Promise<BatchScope> {
  if (scope.kind === 'group') {
    const groupIds = await withSubGroups(collections.groups, scope.groupId, 'scope.groupId');
    await requireFilled(collections.groups, scope.groupId);
    return { ...scope, groupIds };
  }
  if (scope.kind === 'list') await useList(collections, productKey, scope.listId, createdAt);
  return scope;
}

/** A batch for a group that is still being filled would be for some of it. */
async function requireFilled(groups: Collections['groups'], id: string): Promise<void> {
  if ((await groups.findOne({ _id: id, 'dynamic.filled': false }, { projection: { _id: 1 } })) === null) return;
  throw new UserError('GROUP_FILLING', {
    field: 'scope.groupId',
    message: "The group's rule is new, and its members are still being looked for.",
    hint: 'Try again when the state of the group is READY: with a million devices that takes up to some minutes.',
  });
}
