import { awaitsDevice } from '../../schema/model/device-exchange';
import type { Proof } from '../../schema/model/generations';
import type { DeviceId } from '../../schema/model/ids';
import { type IotdaResult, isStaleResult, judgeIotdaResult } from '../../schema/model/iotda-result';
import { acceptsSource } from '../../schema/model/package-rules';
import type { Task } from '../../schema/model/task';
import type { Notification } from '../ports';
import { notificationOf } from './notification';
import type { OfferDeps } from './offers';
import { onFailure, onProgress, onTarget } from './report';
import { transition } from './transition';
import { hasUpgrade, upgradeInput } from './upgrade-input';

/** So long a device that has answered waits for a slot of the rate; afterwards it is asked again in its turn. */
const SLOT_MS = 10_000;

/**
 * R-FLOW-2: a platform-led device says its version. As the answer to a query it decides what follows: the target is the end, another
 * version gets the notification, which is returned for the device's own connection to carry. Unasked it is noted, and nothing else.
 */
export async function onVersionAnswer(deps: OfferDeps, task: Task, version: string): Promise<Notification | null> {
  if (version === task.targetVersion) {
    await onTarget(deps, task);
    return null;
  }
  const { package: firmware } = await deps.facts(task.batchId);
  const begun = task.negotiation?.begunAt != null;
  if (!begun && !acceptsSource(firmware, version)) {
    await end(deps, task, 'SOURCE_VERSION_NOT_ELIGIBLE', version);
    return null;
  }
  if (begun && task.sourceVersion !== null && version !== task.sourceVersion) {
    const input = await upgradeInput(deps, task);
    await deps.engine.report(input, { kind: 'failed', attempt: task.attempt, cause: 'UNEXPECTED_VERSION_REPORTED', text: version });
    return null;
  }
  if (!task.negotiation?.queriedAt) return null;
  if (task.negotiation.heard || task.negotiation.confirmingAt) {
    await transition(deps.tasks, task, { kind: 'noted' }, deps.clock());
    return null;
  }
  if (firmware.files.length > 1) {
    await end(deps, task, 'UNSUPPORTED_PACKAGE_TYPE', 'The package has several files; devices of this dialect take one.');
    return null;
  }
  return notified(deps, task, version);
}

/** The wording before the store, as with every push: what can't be worded is not marked as pushed. */
async function notified(deps: OfferDeps, task: Task, version: string): Promise<Notification | null> {
  const terms = await deps.pushTerms(task.batchId);
  if (terms === null || !(await deps.pacers.takeOne(task.batchId, SLOT_MS))) {
    await transition(deps.tasks, task, { kind: 'postponed' }, deps.clock());
    deps.engine.wakeBatch(task.batchId);
    return null;
  }
  const notification = await notificationOf(deps, deps.mintUrl, task, terms.tags);
  const repeatMs = deps.settings.reofferMinutes * deps.settings.minuteMs;
  const moved = await transition(deps.tasks, task, { kind: 'answered', version, repeatMs }, deps.clock());
  return moved && notification;
}

async function end(deps: OfferDeps, task: Task, cause: 'SOURCE_VERSION_NOT_ELIGIBLE' | 'UNSUPPORTED_PACKAGE_TYPE', text: string) {
  const ended = await transition(deps.tasks, task, { kind: 'failed', cause, text }, deps.clock());
  if (ended !== null && hasUpgrade(task)) await deps.engine.tellEnded(task);
  deps.engine.wakeBatch(task.batchId);
}

/**
 * The task that an IoTDA result is about: the report names no module, so it is the one that was notified last.
 * Null: nothing is awaited of the device.
 */
export async function awaitedTask(deps: Pick<OfferDeps, 'tasks'>, deviceId: DeviceId, proof?: Proof): Promise<Task | null> {
  const awaited = (await deps.tasks.activeOfDevice(deviceId, proof)).filter(awaitsDevice);
  return awaited.reduce<Task | null>(
    (last, task) => (last !== null && Number(last.notifiedAt) >= Number(task.notifiedAt) ? last : task),
    null,
  );
}

/** device-protocols §2.4. True: the device says that it runs the target, which the caller stores as any version it reports. */
export async function onResult(deps: OfferDeps, task: Task, result: IotdaResult): Promise<boolean> {
  const verdict = judgeIotdaResult(result, task.targetVersion);
  switch (verdict.kind) {
    case 'atTarget':
      return true;
    case 'progress':
      await onProgress(deps, task, verdict.percent ?? task.progress ?? 0);
      return false;
    case 'failed': {
      if (isStaleResult(result, task.targetVersion, task.negotiation?.openedAt != null)) return false;
      const text = [`code ${result.code}`, result.text].filter(Boolean).join(': ');
      await onFailure(deps, task, { kind: 'failed', module: task.module, cause: verdict.cause, text });
      return false;
    }
  }
}
