import { isNotifiedTooOften } from '../../schema/model/task/repeated';
import type { Task } from '../../schema/model/task/task';
import type { Notification } from '../ports';
import { notificationOf } from '../push/notification';
import type { OfferDeps } from '../push/offers';
import { endNotifying, repeatOf } from '../push/renotify';
import { endTask } from '../tasks/end-task';
import { transition } from '../tasks/transition';
import { endIneligible, isEligible } from './eligible';
import { failUnexpected, onTarget, otherStart } from './report';

/** So long a device that has answered waits for a send time of the rate; afterwards it is asked again in its turn. */
const SEND_TIME_MS = 10_000;

/**
 * R-FLOW-2: a platform-led device says its version. As the answer to a query it decides what follows: the target is the end, another
 * version gets the notification, which is returned for the device's own connection to carry. Unasked it is noted, and nothing else.
 */
export async function onVersionAnswer(deps: OfferDeps, asked: Task, version: string): Promise<Notification | null> {
  let task = asked;
  if (version === task.targetVersion) {
    await onTarget(deps, task);
    return null;
  }
  if (task.notifiedAt === null && !(await isEligible(deps, task, version))) {
    await endIneligible(deps, task, version);
    return null;
  }
  const isSource = task.sourceVersion === null || version === task.sourceVersion;
  if (task.notifiedAt !== null && (!isSource || bootedBack(task))) {
    const other = isSource ? await otherStart(deps, task) : null;
    if (other === null) {
      await failUnexpected(deps, task, version);
      return null;
    }
    const event = { kind: 'sourceReported', version, byParent: other === 'PARENT' } as const;
    task = (await transition(deps.tasks, task, event, deps.clock())) ?? task;
  }
  if (!task.negotiation?.queriedAt) {
    if (task.notifiedAt === null) await transition(deps.tasks, task, { kind: 'sourceReported', version }, deps.clock());
    return null;
  }
  if (task.negotiation.heard || task.negotiation.confirmingAt) {
    await transition(deps.tasks, task, { kind: 'noted' }, deps.clock());
    return null;
  }
  if (isNotifiedTooOften(task, deps.settings.limits.renotifications)) {
    await endNotifying(deps, task);
    return null;
  }
  const { package: firmware } = await deps.facts(task.batchId);
  if (firmware.files.length > 1) {
    await endUnsupported(deps, task);
    return null;
  }
  return notified(deps, task, version);
}

/**
 * device-protocols §1.5 C: it said that it had downloaded, and over another connection it says that it has the old version. Before a
 * result that is confirmed by a version there is a wait of its own.
 */
const bootedBack = ({ negotiation }: Task): boolean => negotiation?.returned === true && !negotiation.confirmingAt;

/** The wording before the store, as with every push: what can't be worded is not marked as pushed. */
async function notified(deps: OfferDeps, task: Task, version: string): Promise<Notification | null> {
  const terms = await deps.pushTerms(task.batchId);
  if (terms === null || !(await deps.pacers.takeOne(task.batchId, SEND_TIME_MS))) {
    await transition(deps.tasks, task, { kind: 'postponed' }, deps.clock());
    deps.engine.wakeBatch(task.batchId);
    return null;
  }
  const notification = await notificationOf(deps, deps.mintUrl, task, terms.tags);
  const moved = await transition(deps.tasks, task, { kind: 'answered', version, ...repeatOf(deps) }, deps.clock());
  return moved && notification;
}

async function endUnsupported(deps: OfferDeps, task: Task): Promise<void> {
  const text = 'The package has several files; devices of this dialect take one.';
  await endTask(deps, task, { kind: 'failed', cause: 'UNSUPPORTED_PACKAGE_TYPE', text });
}
