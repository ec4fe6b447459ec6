import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchId, DeviceId, TaskId } from '../../schema/model/ids';
import { isNotifiedTooOften } from '../../schema/model/task/repeated';
import type { Task } from '../../schema/model/task/task';
import type { DeviceLink, Notification } from '../ports';
import type { TaskDeps } from '../tasks/deps';
import { transitionMany } from '../tasks/transition';
import { type Mint, notificationOf } from './notification';
import type { Pacers } from './pacers';
import { queriedBy } from './queried';
import { endNotifying, repeatOf } from './renotify';
import type { PushTerms } from './terms';

/** What a gateway process is to push of a batch's window. */
export interface PushShare {
  batchId: BatchId;
  taskIds: TaskId[];
  /** Platform-led tasks, whose devices are asked for their version. */
  asked?: TaskId[];
  /** Between two pushes, in milliseconds. */
  intervalMs: number;
  /** Of the policy the interval was computed from. Absent: of whichever holds. */
  policyRevision?: number;
}

export interface PushDeps extends TaskDeps, Mint {
  pacers: Pacers;
  /** See `pushTerms`; read before each push, so that a stop takes effect at once. */
  pushTerms: (batchId: BatchId) => Promise<PushTerms | null>;
  /** Of devices without a connection of their own: the parents of those that have one. */
  parentsOf?: (deviceIds: readonly DeviceId[]) => Promise<ReadonlyMap<DeviceId, DeviceId>>;
}

/** R-BAT-16: from an edit on, nothing leaves at the old rate; the batch hands out the rest anew. */
const isOutdated = ({ policyRevision }: PushShare, terms: PushTerms): boolean =>
  policyRevision !== undefined && policyRevision !== terms.policyRevision;

interface Sent {
  reached: number;
  /** Those that the gateway has no room for now. */
  left: TaskId[];
}

type Send = (deps: PushDeps, link: DeviceLink, taskIds: TaskId[], terms: PushTerms) => Promise<Sent>;

/** A gateway that has no room is asked so often, and so long: what is left then stays due. */
const ROOM = { everyMs: 500, withinMs: 30_000 };

/**
 * The push of a batch: its tasks go to their gateways and leave there at its rate, at the socket, where the rate is measured (R-RATE-1). A
 * device is notified when its notification leaves; a platform-led one is queried first. Pushes whose send times come within half the
 * catch-up that the bounds allow leave together, which saves round trips to the store. Version queries go at the same pace; the
 * notification that follows takes a send time of its own (`negotiate.ts`). Running it twice is harmless:
 * what was pushed is due again only after minutes. Returns how many devices were notified or asked.
 */
export function createPush(deps: PushDeps, link: DeviceLink, room = ROOM) {
  const { pacers } = deps;

  return async function push(share: PushShare, signal?: AbortSignal): Promise<number> {
    const { batchId, taskIds, asked = [], intervalMs } = share;
    let reached = 0;

    async function paced(key: string, ids: readonly TaskId[], send: Send): Promise<void> {
      const waiting = [...ids];
      let fullSince: number | null = null;
      while (waiting.length > 0) {
        await pacers.comes(key, intervalMs, waiting.length);
        const terms = await deps.pushTerms(batchId);
        if (terms === null || isOutdated(share, terms) || signal?.aborted) return;
        const sent = await send(deps, link, waiting.splice(0, pacers.take(key, intervalMs, waiting.length)), terms);
        reached += sent.reached;
        waiting.unshift(...sent.left);
        if (sent.reached > 0) fullSince = null;
        if (sent.left.length === 0) continue;
        fullSince ??= performance.now();
        if (performance.now() - fullSince > room.withinMs) return;
        await sleep(room.everyMs, undefined, { signal }).catch(() => undefined);
      }
    }

    // Whoever answers looks for a send time of the batch at its present pace.
    if (asked.length > 0) pacers.take(batchId, intervalMs, 0);
    await Promise.all([paced(batchId, taskIds, notify), paced(`query ${batchId}`, asked, query)]);
    return reached;
  };
}

interface Due {
  tasks: Task[];
  /** Over whose connection a device is reached that has none of its own. */
  over: ReadonlyMap<DeviceId, DeviceId>;
}

/**
 * Those that are due still, and here: the share may be an old one, and its devices at another gateway by now, of whom nothing is known
 * here. Who has gone from here waits for its return. Who is connected itself costs no question for its parent.
 */
async function dueHere(deps: PushDeps, link: DeviceLink, taskIds: TaskId[], now: Date): Promise<Due> {
  const { gatewayId } = link;
  const named = await deps.tasks.getMany(taskIds);
  const due = named.filter((task) => task.active && task.gatewayId === gatewayId && task.offerAt !== null && task.offerAt <= now);
  const away = due.filter((task) => !link.isConnected(task.deviceId)).map(({ deviceId }) => deviceId);
  const over = (away.length > 0 && (await deps.parentsOf?.(away))) || new Map<DeviceId, DeviceId>();
  const isHere = ({ deviceId }: Task): boolean => {
    const parentId = over.get(deviceId);
    return link.isConnected(deviceId) || (parentId !== undefined && link.isConnected(parentId));
  };
  const tasks = due.filter(isHere);
  await transitionMany(
    deps.tasks,
    due.filter((task) => !tasks.includes(task)),
    { kind: 'disconnected', gatewayId },
    now,
  );
  return { tasks, over };
}

/**
 * The wording, then the store, then the socket: what can't be worded is not marked as pushed, and a task that moved on meanwhile is not
 * pushed. Should this process die between the last two, the device reconnects and is notified again, or is when it is due once more.
 */
async function notify(deps: PushDeps, link: DeviceLink, taskIds: TaskId[], { tags }: PushTerms): Promise<Sent> {
  const now = deps.clock();
  const { tasks: due, over } = await dueHere(deps, link, taskIds, now);
  const here = await unlessTooOften(deps, due);
  const notifications = new Map(
    await Promise.all(here.map(async (task) => [task._id, await notificationOf(deps, deps.mintUrl, task, tags)] as const)),
  );
  const pushed = await transitionMany(deps.tasks, here, { kind: 'notified', ...repeatOf(deps) }, now);
  const reached = await sentOf(deps, link, pushed, async (task) => {
    const notification: Notification | undefined = notifications.get(task._id);
    return notification !== undefined && link.notify(notification, over.get(task.deviceId));
  });
  return { reached, left: [] };
}

/** R-TASK-11. */
async function unlessTooOften(deps: PushDeps, tasks: readonly Task[]): Promise<Task[]> {
  const { renotifications } = deps.settings.limits;
  const tooOften = tasks.filter((task) => isNotifiedTooOften(task, renotifications));
  for (const task of tooOften) await endNotifying(deps, task);
  return tasks.filter((task) => !tooOften.includes(task));
}

/**
 * R-FLOW-2: the store first, as with a push: an answer that comes before its question is known would count for nothing. The wait for the answer
 * begins with that, so whom the gateway has no room for is not asked.
 */
async function query(deps: PushDeps, link: DeviceLink, taskIds: TaskId[]): Promise<Sent> {
  const now = deps.clock();
  const { tasks: due, over } = await dueHere(deps, link, taskIds, now);
  const { here, left } = withRoom(link, due);
  const asked = await transitionMany(deps.tasks, here, (task) => queriedBy(deps, task), now);
  const reached = await sentOf(deps, link, asked, (task) => link.queryVersion(task, over.get(task.deviceId)));
  return { reached, left };
}

function withRoom(link: DeviceLink, tasks: readonly Task[]): { here: Task[]; left: TaskId[] } {
  const taken = new Map<Task['dialect'], number>();
  const [here, left]: [Task[], TaskId[]] = [[], []];
  for (const task of tasks) {
    const before = taken.get(task.dialect) ?? 0;
    if (before >= (link.roomFor?.(task) ?? Number.POSITIVE_INFINITY)) {
      left.push(task._id);
      continue;
    }
    here.push(task);
    taken.set(task.dialect, before + 1);
  }
  return { here, left };
}

async function sentOf(
  deps: PushDeps,
  { gatewayId }: DeviceLink,
  tasks: readonly Task[],
  send: (task: Task) => Promise<boolean>,
): Promise<number> {
  const sent = await Promise.allSettled(tasks.map(send));
  const gone = tasks.filter((_, index) => sent[index]?.status === 'fulfilled' && !sent[index].value);
  // One that changed since was heard of since.
  await transitionMany(deps.tasks, gone, { kind: 'disconnected', gatewayId }, deps.clock());
  const failed = sent.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return tasks.length - gone.length;
}
