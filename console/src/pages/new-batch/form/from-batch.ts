import type { BatchToCopyQuery } from '../../../generated/pages/new-batch/documents.js';
import type { ScopeKind, Values } from './values.js';

type Copied = NonNullable<BatchToCopyQuery['batch']>;

function scopeOf({ all, deviceNames, region, phased, groupId }: Copied['scope']): ScopeKind {
  if (all) return 'all';
  if (deviceNames) return 'names';
  if (region) return 'region';
  if (phased) return 'share';
  return groupId ? 'group' : 'list';
}

/** All that the batch was made with, but its name and its times, which are its own. */
export function valuesOf(batch: Copied, initial: Values): Values {
  const { scope, policy } = batch;
  const { pushRate, retry, deferral, halt } = policy;
  const kind = scopeOf(scope);
  return {
    ...initial,
    packageId: batch.packageId,
    kind: batch.kind === 'DYNAMIC' ? 'DYNAMIC' : 'STATIC',
    newlyReportedOnly: batch.newlyReportedOnly,
    scope: kind,
    deviceNames: [...(scope.deviceNames ?? [])],
    listId: scope.listId ?? '',
    province: scope.region?.province ?? '',
    city: scope.region?.city ?? '',
    percent: scope.phased?.percent ?? initial.percent,
    seed: scope.phased?.seed ?? '',
    groupId: scope.groupId ?? '',
    sourceVersions: kind === 'names' || kind === 'list' ? [] : [...batch.sourceVersions],
    rate: !policy.proactivePush ? 'none' : pushRate?.variable ? 'variable' : 'constant',
    perMinute: pushRate?.perMinute ?? initial.perMinute,
    ...pushRate?.variable,
    retry: retry !== null,
    ...(retry && { intervalMinutes: String(retry.intervalMinutes), maxRetries: String(retry.maxRetries) }),
    timeoutMinutes: policy.timeoutMinutes ?? '',
    confirmation: policy.confirmation,
    ...deferral,
    others: policy.overridePrevious ? 'override' : policy.multiModule ? 'beside' : 'keep',
    halt: halt !== null,
    ...(halt && {
      failedPercent: halt.failedPercent ?? '',
      failedCount: halt.failedCount ?? '',
      minimumJudged: halt.minimumJudged,
    }),
    downloadProtocol: policy.downloadProtocol,
    delivery: policy.delivery,
    schemes: [...(policy.schemes ?? [])],
    tags: policy.tags.map(({ key, value }) => ({ key, value })),
  };
}
