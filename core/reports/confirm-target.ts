import type { DeviceId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import { repeatOf } from '../push/renotify';
import type { TaskDeps } from '../tasks/deps';
import { transition } from '../tasks/transition';
import { upgradeInput } from '../tasks/upgrade-input';
import { type DeviceAnswer, VERSION_QUERY } from './contract';

const REGRESSION_MINUTES = 60;

/**
 * R-FLOW-2: the device says that it runs the target, and its product wants that confirmed: some devices say so before they install. The
 * question goes back the way the result came; unanswered it is repeated by the batch, and with each connection. The workflow is told to
 * look, since its next look may be later than this wait's end: after the store, where it looks.
 */
export async function confirmTarget(deps: TaskDeps, task: Task): Promise<DeviceAnswer | null> {
  const asked = await transition(deps.tasks, task, { kind: 'confirming', repeatMs: repeatOf(deps).repeatMs }, deps.clock());
  await deps.engine.report(await upgradeInput(deps, asked ?? task), { kind: 'check' });
  return asked && VERSION_QUERY;
}

/** device-protocols §2.4: another version soon after a success goes on that task's record. Asked only where the version has changed. */
export async function onRegression(deps: TaskDeps, deviceId: DeviceId, module: string, previous: string, version: string): Promise<void> {
  const now = deps.clock();
  const withinMs = (deps.settings.regressionMinutes ?? REGRESSION_MINUTES) * deps.settings.minuteMs;
  const succeeded = await deps.tasks.succeededOf(deviceId, module, previous, new Date(now.getTime() - withinMs));
  if (succeeded !== null) await transition(deps.tasks, succeeded, { kind: 'versionRegressed', version, withinMs }, now);
}
