import type { Proof } from '../../schema/model/device/generations';
import { moduleKey } from '../../schema/model/device/module-version';
import type { DeviceId } from '../../schema/model/ids';
import { type Dialect, dialectOf } from '../../schema/model/protocol/dialect';
import { isSettling } from '../../schema/model/task/settling';
import type { Collections } from '../../schema/mongo/connect';
import type { IgnoredReports } from '../devices/ignored-reports';
import { reportVersion } from '../devices/report-version';
import type { Memberships } from '../memberships/memberships';
import type { Notification } from '../ports';
import type { PushDeps } from '../push/push';
import type { Matching } from '../selection/dynamic/match';
import { onSettled } from '../tasks/presence';
import { onRegression } from './confirm-target';
import { onVersionAnswer } from './negotiate';
import { onVersion } from './report';

export interface VersionDeps extends PushDeps {
  collections: Pick<Collections, 'devices'>;
  memberships: Memberships;
  matching: Pick<Matching, 'reported'>;
  ignoredReports: Pick<IgnoredReports, 'add'>;
  /** A module has another version than before. */
  onVersionChanged(): void;
}

export interface ReportedVersion {
  /** As the device writes it. */
  module: string;
  version: string;
}

/** What a version says about the device's unfinished task: by itself, or as the answer to a query, which something follows, or together with what else was asked. */
type VersionRule = { kind: 'truth'; apply: typeof onVersion } | { kind: 'answer'; apply: typeof onVersionAnswer } | { kind: 'judged' };

const VERSION_RULES: Record<Dialect, VersionRule> = {
  LINK: { kind: 'truth', apply: onVersion },
  IOTDA: { kind: 'answer', apply: onVersionAnswer },
  LWM2M: { kind: 'judged' },
};

/**
 * R-TASK-2: a version that a device reports, of whichever dialect and by whichever message. It is stored first; then it decides about a
 * task that succeeded before, the unfinished one, the device's dynamic groups and the batches that take it now.
 */
export async function onReportedVersion(
  deps: VersionDeps,
  deviceId: DeviceId,
  { module: spelling, version }: ReportedVersion,
  proof?: Proof,
): Promise<Notification | null> {
  const module = moduleKey(spelling);
  const stored = await reportVersion(deps.collections, deviceId, spelling, version, deps.clock(), deps.memberships, proof);
  if (stored === null) {
    deps.ignoredReports.add(deviceId, { reason: 'TOO_MANY_MODULES', text: spelling }, proof);
    return null;
  }
  const { previous, device, groups } = stored;
  if (previous !== version) deps.onVersionChanged();
  const found = await deps.tasks.activeOf(deviceId, module);
  const task = found && (await deps.tasks.spell(found, spelling));
  const isNews = previous !== null && previous !== version && version !== task?.targetVersion;
  if (isNews) await onRegression(deps, deviceId, module, previous, version);
  const rule = task && VERSION_RULES[dialectOf(task)];
  if (task && rule?.kind === 'truth') await rule.apply(deps, task, version, previous);
  if (task && isSettling(task, deps.clock())) await onSettled(deps, task);
  if (groups) await deps.memberships.changed([groups]);
  await deps.matching.reported(device, module, task?.batchId ?? null);
  // Last: what the device is to be told is marked as pushed, and must not get lost by what comes after.
  return task && rule?.kind === 'answer' ? rule.apply(deps, task, version) : null;
}
