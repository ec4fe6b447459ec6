import type { Region } from '../device/device';
import type { BatchId } from '../ids';
import type { Dialect } from '../protocol/dialect';
import { hasRegressed } from '../task/begun-again';
import type { Task } from '../task/task';
import type { Batch, BatchPolicy } from './batch';
import { passesOver } from './dialect-obstacle';

/** What of a dynamic batch decides whether it takes a device. */
export type DynamicRule = Pick<
  Batch,
  '_id' | 'module' | 'files' | 'targetVersion' | 'scope' | 'sourceVersions' | 'base' | 'newlyReportedOnly' | 'createdAt'
> & { policy: Pick<BatchPolicy, 'multiModule' | 'downloadProtocol'> };

/** A device as its dynamic batches see it: one of its modules, and where it belongs. */
export interface DeviceFact {
  deviceName: string;
  dialect: Dialect;
  module: string;
  /** Null while the module has reported none. */
  version: string | null;
  reportedAt: Date | null;
  /** The groups it is in itself. */
  groups: readonly string[];
  region: Region | null;
  /** The lists that name it, of those that `listsAsked` asks for. */
  lists: ReadonlySet<string>;
}

/** Why a batch does not take a device. */
export type Declined =
  | 'OTHER_MODULE'
  | 'OTHER_DIALECT'
  | 'AT_TARGET'
  | 'OTHER_VERSION'
  | 'OUT_OF_SCOPE'
  | 'NOT_NEWLY_REPORTED'
  | 'OTHER_BATCH';

export interface MatchDecision<R> {
  taken: R | null;
  declined: ReadonlyMap<BatchId, Declined>;
}

/**
 * R-BAT-9: of the dynamic batches whose conditions a device meets, the newest takes it; once one of them updates several modules at a
 * time, the newest that is based on a group, if there is one. A batch that has had its turn with the device still stands before the others.
 */
export function decideMatch<R extends DynamicRule>(rules: readonly R[], fact: DeviceFact): MatchDecision<R> {
  const declined = new Map<BatchId, Declined>();
  const fitting = rules.filter((rule) => {
    const why = declines(rule, fact);
    if (why !== null) declined.set(rule._id, why);
    return why === null;
  });
  const ofGroups = fitting.filter(({ base }) => base === 'GROUP');
  const groupFirst = ofGroups.length > 0 && fitting.some(({ policy }) => policy.multiModule);
  const taken = newest(groupFirst ? ofGroups : fitting);
  for (const { _id } of fitting) if (_id !== taken?._id) declined.set(_id, 'OTHER_BATCH');
  return { taken, declined };
}

/** R-BAT-3: the lists that have to be asked about the device: of batches that want nothing else of it. */
export const listsAsked = (rules: readonly DynamicRule[], fact: DeviceFact): string[] =>
  rules.flatMap((rule) =>
    rule.scope.kind === 'list' && declines(rule, { ...fact, lists: new Set([rule.scope.listId]) }) === null ? [rule.scope.listId] : [],
  );

function declines(rule: DynamicRule, fact: DeviceFact): Declined | null {
  const { sourceVersions } = rule;
  if (rule.module !== fact.module) return 'OTHER_MODULE';
  if (passesOver(rule, fact.dialect)) return 'OTHER_DIALECT';
  if (rule.targetVersion === fact.version) return 'AT_TARGET';
  if (sourceVersions.length > 0 && (fact.version === null || !sourceVersions.includes(fact.version))) return 'OTHER_VERSION';
  if (!isInScope(rule, fact)) return 'OUT_OF_SCOPE';
  // R-BAT-12: what was reported before the batch was there does not count.
  if (rule.newlyReportedOnly && (fact.reportedAt === null || fact.reportedAt <= rule.createdAt)) return 'NOT_NEWLY_REPORTED';
  return null;
}

function isInScope({ scope }: DynamicRule, { deviceName, groups, region, lists }: DeviceFact): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'targeted':
      return scope.deviceNames.includes(deviceName);
    case 'region':
      return region !== null && region.province === scope.province && region.city === scope.city;
    case 'group':
      return groups.some((id) => scope.groupIds.includes(id));
    case 'list':
      return lists.has(scope.listId);
    case 'phased':
      return false;
  }
}

function newest<R extends DynamicRule>(rules: readonly R[]): R | null {
  let latest: R | null = null;
  for (const rule of rules) if (latest === null || isNewer(rule, latest)) latest = rule;
  return latest;
}

const isNewer = (one: DynamicRule, other: DynamicRule): boolean =>
  one.createdAt.getTime() === other.createdAt.getTime() ? one._id > other._id : one.createdAt > other.createdAt;

/** Why a batch that has had a device leaves it alone now. */
export type NotAgain = 'UNFINISHED' | 'ENDED_BY_PEOPLE' | 'USED_UP' | 'DONE' | 'NOTHING_NEW' | 'REGRESSED';

/** What happened to the device since: the report of the version that it has, and its coming into a group of the batch. */
export interface Since {
  /** The version it has. */
  version: string | null;
  reportedAt: Date | null;
  joinedAt: Date | null;
}

const isSince = (at: Date | null, endedAt: Date | null): boolean => at !== null && endedAt !== null && at >= endedAt;

/**
 * Whether a batch takes a device once more whose conditions are met and whose task has ended; null: it does. One that is based on versions
 * does so with each report of such a version, `limits.dynamicMatches` times in all (R-BAT-10), but not when the device has gone back from
 * what it was upgraded to: then an operator has to look; one that is based on a group when the device has come into it anew and its task had
 * failed (R-BAT-15). What people have canceled or rejected stays so.
 */
export function matchesAgain(
  base: Batch['base'],
  task: Pick<Task, 'active' | 'status' | 'cause' | 'endedAt' | 'matches' | 'sourceVersion' | 'targetVersion'>,
  since: Since,
  maximum: number,
): NotAgain | null {
  if (task.active) return 'UNFINISHED';
  if (task.status === 'CANCELED' && task.cause !== 'OVERWRITTEN_BY_NEWER_TASK') return 'ENDED_BY_PEOPLE';
  if (base === 'GROUP') {
    if (task.status !== 'FAILED') return 'DONE';
    return isSince(since.joinedAt, task.endedAt) ? null : 'NOTHING_NEW';
  }
  if (hasRegressed(task, since.version)) return 'REGRESSED';
  if ((task.matches ?? 1) >= maximum) return 'USED_UP';
  return isSince(since.reportedAt, task.endedAt) ? null : 'NOTHING_NEW';
}
