import type { Proof } from '../../schema/model/device/generations';
import { moduleKey } from '../../schema/model/device/module-version';
import type { DeviceId } from '../../schema/model/ids';
import { isNotifiedTooOften } from '../../schema/model/task/repeated';
import { isFor } from '../devices/is-for';
import type { Notification } from '../ports';
import { notificationOf } from '../push/notification';
import type { OfferDeps } from '../push/offers';
import { endNotifying, repeatOf } from '../push/renotify';
import { transition } from '../tasks/transition';

/**
 * A device asks for its upgrade (`firmware/get`), with the module as it writes it. What is queued may be handed out before its turn (device-protocols §1.3),
 * unless the batch is paused or stopped, or a retry still waits. It uses one unit of the push rate: whoever is pushed next waits for it.
 */
export async function onRequest(deps: OfferDeps, deviceId: DeviceId, module: string, proof?: Proof): Promise<Notification | null> {
  const found = await deps.tasks.activeOf(deviceId, moduleKey(module), proof);
  const task = found && (await deps.tasks.spell(found, module));
  const now = deps.clock();
  if (task === null || task.status === 'UNCONFIRMED') return null;
  if (task.retryAt !== null && task.retryAt > now) return null;
  const terms = await deps.pushTerms(task.batchId);
  if (terms === null) return null;
  // Where nothing is pushed, asking is the only way; elsewhere what it gets takes the place of a push, and counts like one.
  const asked = (await deps.facts(task.batchId)).policy.proactivePush === false;
  if (!asked && isNotifiedTooOften(task, deps.settings.limits.renotifications)) {
    await endNotifying(deps, task);
    return null;
  }
  const notified = await transition(deps.tasks, task, { kind: 'notified', asked, ...repeatOf(deps) }, now);
  if (notified !== null && task.notifiedAt === null) deps.pacers.spend(task.batchId);
  const notification = notified && (await notificationOf(deps, deps.mintUrl, notified, terms.tags));
  return notification && isFor(notification, proof) ? notification : null;
}
