import { setTimeout as delay } from 'node:timers/promises';
import { moduleKey } from '../../schema/model/device/module-version';
import { batchOfTask, deviceOfTask, type TaskId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import { catchUp } from './catch-up';
import type { ResyncEvent, TaskChangeEvent, TaskFeedEvent, TaskFeedFilter } from './events';
import { createLatestQueue, type LatestQueue } from './latest-queue';
import type { LiveSource } from './source';

export interface TaskFeed {
  /** A task changed. A promise when so many wait that the stream must too. */
  changed(taskId: TaskId, cursor: string): Promise<void> | undefined;
  subscribe(filter: TaskFeedFilter, after: string | null): AsyncIterableIterator<TaskFeedEvent>;
  resync(): void;
  stop(): Promise<void>;
}

interface Subscriber {
  filter: TaskFeedFilter;
  queue: LatestQueue<TaskChangeEvent | ResyncEvent>;
}

/** Changes gather for so long before they are read in one query. */
const GATHER_MS = 15;
const READ_AT_ONCE = 1_000;
const QUEUE_LIMIT = 1_000;
const RESYNC_KEY = ' resync';

const acceptsId = ({ batchId, deviceId }: TaskFeedFilter, taskId: TaskId): boolean =>
  (!batchId || batchId === batchOfTask(taskId)) && (!deviceId || deviceId === deviceOfTask(taskId));

const acceptsContent = ({ module, statuses, deviceNamePrefix }: TaskFeedFilter, task: Task): boolean =>
  (!module || moduleKey(module) === task.module) &&
  (!deviceNamePrefix || task.deviceName.startsWith(deviceNamePrefix)) &&
  (!statuses || statuses.includes(task.status));

export function createTaskFeed(source: LiveSource, position: () => string): TaskFeed {
  const subscribers = new Set<Subscriber>();
  let pending = new Map<TaskId, string>();
  let reading: Promise<void> | null = null;

  async function read(): Promise<void> {
    await delay(GATHER_MS);
    while (pending.size > 0) {
      const gathered = pending;
      pending = new Map();
      const events = await load(source, gathered);
      for (const subscriber of subscribers) {
        for (const event of events) if (accepts(subscriber.filter, event.task)) subscriber.queue.put(event.task._id, event);
      }
    }
  }

  async function goOn(subscriber: Subscriber, after: string): Promise<void> {
    const until = position();
    const { filter, queue } = subscriber;
    const missed = await catchUp(source, { after, until, accepts: (id) => acceptsId(filter, id), limit: QUEUE_LIMIT });
    const events = missed && (await load(source, missed).catch(() => null));
    if (events) queue.putBefore(events.filter(({ task }) => accepts(filter, task)).map((event) => [event.task._id, event]));
    else {
      queue.clear();
      queue.putBefore([[RESYNC_KEY, { kind: 'resync', cursor: position() }]]);
    }
    queue.hold(false);
  }

  return {
    changed(taskId, cursor) {
      if (!someAccepts(subscribers, taskId)) return undefined;
      pending.delete(taskId);
      pending.set(taskId, cursor);
      reading ??= read()
        .catch((error) => {
          source.logger.warn({ err: error }, 'Changed tasks could not be read; their readers are told to query');
          resyncAll(subscribers, position());
        })
        .finally(() => {
          reading = null;
        });
      return pending.size >= READ_AT_ONCE ? reading : undefined;
    },
    subscribe(filter, after) {
      const queue: Subscriber['queue'] = createLatestQueue(QUEUE_LIMIT, () => subscribers.delete(subscriber));
      const subscriber = { filter, queue };
      subscribers.add(subscriber);
      if (after !== null) {
        queue.hold(true);
        void goOn(subscriber, after);
      }
      return withSkipped(queue);
    },
    resync: () => resyncAll(subscribers, position()),
    async stop() {
      for (const { queue } of [...subscribers]) queue.end();
      await reading;
    },
  };
}

const accepts = (filter: TaskFeedFilter, task: Task): boolean => acceptsId(filter, task._id) && acceptsContent(filter, task);

function someAccepts(subscribers: ReadonlySet<Subscriber>, taskId: TaskId): boolean {
  for (const { filter } of subscribers) if (acceptsId(filter, taskId)) return true;
  return false;
}

function resyncAll(subscribers: ReadonlySet<Subscriber>, cursor: string): void {
  for (const { queue } of subscribers) {
    queue.clear();
    queue.put(RESYNC_KEY, { kind: 'resync', cursor });
  }
}

/** The tasks as they are now, in the order of their cursors. A task deleted meanwhile is left out. */
async function load({ collections }: LiveSource, cursors: ReadonlyMap<TaskId, string>): Promise<TaskChangeEvent[]> {
  const tasks = await collections.tasks.find({ _id: { $in: [...cursors.keys()] } }, { batchSize: READ_AT_ONCE }).toArray();
  const byId = new Map(tasks.map((task) => [task._id, task]));
  return [...cursors].flatMap(([id, cursor]) => {
    const task = byId.get(id);
    return task ? [{ kind: 'change' as const, task, cursor }] : [];
  });
}

function withSkipped(queue: Subscriber['queue']): AsyncIterableIterator<TaskFeedEvent> {
  const { items } = queue;
  const feed: AsyncIterableIterator<TaskFeedEvent> = {
    async next() {
      const { done, value: item } = await items.next();
      if (done) return { done: true, value: undefined };
      const { value: event, skipped, dropped } = item;
      return { done: false, value: event.kind === 'change' ? { ...event, skipped, dropped } : event };
    },
    async return() {
      queue.end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => feed,
  };
  return feed;
}
