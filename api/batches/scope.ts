import { UserError } from '../../core/errors';
import type { BatchScope } from '../../schema/model/batch/batch';
import type { BatchScopeInput } from './inputs';
import type { BatchScopeType } from './types';

/** The one scope of the input; throws REQUIRED for none or several. */
export function scopeOf({ all, deviceNames, region, phased, groupId, listId }: BatchScopeInput): BatchScope {
  const scopes: (BatchScope | null)[] = [
    all === true ? { kind: 'all' } : null,
    deviceNames ? { kind: 'targeted', deviceNames } : null,
    region ? { kind: 'region', province: region.province, city: region.city } : null,
    phased ? { kind: 'phased', percent: phased.percent, seed: phased.seed ?? '' } : null,
    groupId ? { kind: 'group', groupId, groupIds: [] } : null,
    listId ? { kind: 'list', listId } : null,
  ];
  const [scope, other] = scopes.filter((each) => each !== null);
  if (scope && !other) return scope;
  throw new UserError('REQUIRED', {
    field: 'scope',
    message: `The scope names ${scope ? 'devices in more than one way' : 'no devices'}.`,
    hint: 'Give exactly one field of the scope, for example `all: true`.',
  });
}

export const scopeView = (scope: BatchScope): BatchScopeType => ({
  all: scope.kind === 'all',
  deviceNames: scope.kind === 'targeted' ? scope.deviceNames : null,
  region: scope.kind === 'region' ? scope : null,
  phased: scope.kind === 'phased' ? scope : null,
  groupId: scope.kind === 'group' ? scope.groupId : null,
  listId: scope.kind === 'list' ? scope.listId : null,
});
