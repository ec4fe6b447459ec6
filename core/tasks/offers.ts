import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchId, TaskId } from '../../schema/model/ids';
import { newPacer, nextSlot, type Pacer } from '../../schema/model/push-rate';
import type { Task } from '../../schema/model/task';
import type { PushTerms } from '../batches/push-terms';
import type { DeviceLink, Notification } from '../ports';
import type { TaskDeps } from './deps';
import { type MintUrl, notificationOf } from './notification';
import { transition, transitionMany } from './transition';

export interface Offer {
  batchId: BatchId;
  taskIds: TaskId[];
  /** Between two pushes, in milliseconds. */
  intervalMs: number;
  /** Of the policy the interval was computed from. Absent: of whichever holds. */
  policyRevision?: number;
}

export interface OfferDeps extends TaskDeps {
  mintUrl: MintUrl;
  /** Null as soon as the batch is paused, halted or canceled: read before each push, so that a stop stops. */
  pushTerms: (batchId: BatchId) => Promise<PushTerms | null>;
}

/** R-BAT-16: from an edit on, nothing leaves at the old rate; the batch hands out the rest anew. */
const isOutdated = ({ policyRevision }: Offer, terms: PushTerms): boolean =>
  policyRevision !== undefined && policyRevision !== terms.policyRevision;

const PACERS_KEPT = 1_000;

/**
 * The bulk push of a batch, paced here, at the socket, where the rate is measured (R-RATE-1). Pushes whose slots come within half the
 * catch-up that the bounds allow leave together, which saves round trips to the store. Running it twice is harmless:
 * what was pushed is due again only after minutes. Returns how many notifications left.
 */
export function createOffers(deps: OfferDeps, link: DeviceLink) {
  const pacers = new Map<BatchId, Pacer>();
  const pacerOf = (batchId: BatchId): Pacer => pacers.get(batchId) ?? newPacer(deps.settings.minuteMs);

  return async function offer(request: Offer, onProgress: (pushed: number) => void = () => {}): Promise<number> {
    const waiting = [...request.taskIds];
    let pushed = 0;
    while (waiting.length > 0) {
      await slotComes(request, waiting.length);
      const terms = await deps.pushTerms(request.batchId);
      if (terms === null || isOutdated(request, terms)) break;
      const count = takeSlots(request, waiting.length);
      pushed += await push(deps, link, waiting.splice(0, count), terms);
      onProgress(pushed);
    }
    return pushed;
  };

  async function slotComes({ batchId, intervalMs }: Offer, most: number): Promise<void> {
    const pacer = pacerOf(batchId);
    const { at } = nextSlot(pacer, intervalMs, Date.now());
    const wait = at - Date.now() + (most > 1 ? pacer.burstMs / 2 : 0);
    if (at > Date.now()) await sleep(wait);
  }

  /** Takes the slots that have come: none when the timer was early. */
  function takeSlots({ batchId, intervalMs }: Offer, most: number): number {
    const now = Date.now();
    let pacer = pacerOf(batchId);
    let count = 0;
    for (let slot = nextSlot(pacer, intervalMs, now); count < most && slot.at <= now; slot = nextSlot(pacer, intervalMs, now)) {
      pacer = slot.pacer;
      count += 1;
    }
    keep(batchId, pacer);
    return count;
  }

  function keep(batchId: BatchId, pacer: Pacer): void {
    pacers.delete(batchId);
    pacers.set(batchId, pacer);
    const [oldest] = pacers.keys();
    if (pacers.size > PACERS_KEPT && oldest !== undefined) pacers.delete(oldest);
  }
}

/**
 * The wording, then the store, then the socket: what can't be worded is not marked as pushed, and a task that moved on meanwhile is not
 * pushed. Should this process die between the last two, the device reconnects and is notified again, or is when it is due once more.
 */
async function push(deps: OfferDeps, link: DeviceLink, taskIds: TaskId[], { tags }: PushTerms): Promise<number> {
  const now = deps.clock();
  const due = (await deps.tasks.getMany(taskIds)).filter((task) => task.active && task.offerAt !== null && task.offerAt <= now);
  const here = due.filter((task) => link.isConnected(task.deviceId));
  const gone = due.filter((task) => !link.isConnected(task.deviceId));
  const notifications = new Map(
    await Promise.all(here.map(async (task) => [task._id, await notificationOf(deps, deps.mintUrl, task, tags)] as const)),
  );
  await transitionMany(deps.tasks, gone, { kind: 'disconnected' }, now);
  const repeatMs = deps.settings.reofferMinutes * deps.settings.minuteMs;
  const pushed = await transitionMany(deps.tasks, here, { kind: 'notified', repeatMs }, now);
  const sent = await Promise.all(pushed.map((task) => send(deps, link, task, notifications.get(task._id))));
  return sent.filter(Boolean).length;
}

async function send(deps: OfferDeps, link: DeviceLink, task: Task, notification: Notification | undefined): Promise<boolean> {
  const sent = notification !== undefined && (await link.notify(notification));
  if (!sent) await transition(deps.tasks, task, { kind: 'disconnected' }, deps.clock());
  return sent;
}
