import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceScope } from '../../core/access/apps/device-scope';
import { isOfOwnDevice } from '../../core/access/permissions/products';
import { moduleKey } from '../../schema/model/device/module-version';
import { batchOfTask, type DeviceId, deviceOfTask, type TaskId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import { catchUp } from './catch-up';
import { isCursor, unstamped } from './cursor';
import { createDeviceScopes, type ScopeWatch, TOLD_AFTER_MS } from './device-scopes';
import type { ResyncEvent, TaskChangeEvent, TaskFeedEvent, TaskFeedFilter } from './events';
import { atCursorOf, createLatestQueue, type LatestQueue } from './latest-queue';
import type { LiveSource } from './source';

export interface TaskFeed {
  /** A task changed. A promise when so many wait that the stream must too. */
  changed(taskId: TaskId, cursor: string): Promise<void> | undefined;
  subscribe(filter: TaskFeedFilter, after: string | null, scope: DeviceScope | null): AsyncIterableIterator<TaskFeedEvent>;
  ownerChanged(deviceId: DeviceId, owner: string | null): void;
  resync(): void;
  stop(): Promise<void>;
}

interface Subscriber {
  filter: TaskFeedFilter;
  queue: LatestQueue<TaskChangeEvent | ResyncEvent>;
  /** Of an app: the devices it may hear of. */
  watch: ScopeWatch | null;
  deviceId: DeviceId | null;
  changed(): void;
}

/** Changes gather for so long before they are read in one query. */
const GATHER_MS = 15;
const READ_AT_ONCE = 1_000;
const QUEUE_LIMIT = 1_000;
const RESYNC_KEY = ' resync';

const acceptsContent = ({ module, statuses, deviceNamePrefix }: TaskFeedFilter, task: Task): boolean =>
  (!module || moduleKey(module) === task.module) &&
  (!deviceNamePrefix || task.deviceName.startsWith(deviceNamePrefix)) &&
  (!statuses || statuses.includes(task.status));

export function createTaskFeed(source: LiveSource, position: () => string): TaskFeed {
  /** Those that are limited to no devices. */
  const subscribers = new Set<Subscriber>();
  const scopes = createDeviceScopes<Subscriber>(source, position);
  const all = new Set<Subscriber>();
  let pending = new Map<TaskId, string>();
  let reading: Promise<void> | null = null;

  function* readersOf(taskId: TaskId): Iterable<Subscriber> {
    yield* subscribers;
    yield* scopes.readersOf(deviceOfTask(taskId));
  }

  function someAccepts(taskId: TaskId): boolean {
    for (const subscriber of readersOf(taskId)) if (acceptsId(subscriber, taskId)) return true;
    return false;
  }

  async function read(): Promise<void> {
    await delay(GATHER_MS);
    while (pending.size > 0) {
      const gathered = pending;
      pending = new Map();
      for (const event of await load(source, gathered)) {
        for (const subscriber of readersOf(event.task._id)) {
          if (accepts(subscriber, event.task)) subscriber.queue.put(event.task._id, eventFor(subscriber, event));
        }
      }
    }
  }

  const resync = (subscriber: Subscriber): void => {
    subscriber.queue.clear();
    subscriber.queue.put(RESYNC_KEY, { kind: 'resync', cursor: cursorFor(subscriber, position()) });
  };
  const resyncAll = (): void => all.forEach(resync);

  /** What the subscriber has missed; null where it has to query. */
  async function missedBy(subscriber: Subscriber, after: string): Promise<TaskChangeEvent[] | null> {
    const until = position();
    const { watch } = subscriber;
    const { cursor, stamp } = watch ? unstamped(after) : { cursor: after, stamp: '' };
    if (watch && isCursor(cursor) && !(await watch.knows(stamp))) {
      await delay(TOLD_AFTER_MS, undefined, { ref: false });
      return null;
    }
    const missed = await catchUp(source, { after: cursor, until, accepts: (id) => acceptsId(subscriber, id), limit: QUEUE_LIMIT });
    return missed && load(source, missed).catch(() => null);
  }

  async function goOn(subscriber: Subscriber, after: string): Promise<void> {
    const { queue } = subscriber;
    const events = await missedBy(subscriber, after);
    if (events) {
      const fitting = events.filter(({ task }) => accepts(subscriber, task));
      queue.putBefore(fitting.map((event) => [event.task._id, eventFor(subscriber, event)]));
    } else {
      queue.clear();
      queue.putBefore([[RESYNC_KEY, { kind: 'resync', cursor: cursorFor(subscriber, position()) }]]);
    }
    queue.hold(false);
  }

  return {
    changed(taskId, cursor) {
      if (!someAccepts(taskId)) return undefined;
      pending.delete(taskId);
      pending.set(taskId, cursor);
      reading ??= read()
        .catch((error) => {
          source.logger.warn({ err: error }, 'Changed tasks could not be read; their readers are told to query');
          resyncAll();
        })
        .finally(() => {
          reading = null;
        });
      return pending.size >= READ_AT_ONCE ? reading : undefined;
    },
    subscribe(filter, after, scope) {
      const queue: Subscriber['queue'] = createLatestQueue(
        QUEUE_LIMIT,
        () => {
          all.delete(subscriber);
          subscribers.delete(subscriber);
          subscriber.watch?.leave();
        },
        atCursorOf,
      );
      const subscriber: Subscriber = {
        ...{ filter, queue, watch: null, deviceId: filter.deviceId ?? null },
        changed: () => resync(subscriber),
      };
      all.add(subscriber);
      if (scope) subscriber.watch = scopes.watch(scope, subscriber);
      else subscribers.add(subscriber);
      if (after !== null) {
        queue.hold(true);
        void goOn(subscriber, after);
      }
      return eventsOf(subscriber);
    },
    ownerChanged: scopes.ownerChanged,
    resync() {
      scopes.lost();
      resyncAll();
    },
    async stop() {
      for (const { queue } of [...all]) queue.end();
      scopes.stop();
      await reading;
    },
  };
}

function acceptsId({ filter: { batchId, deviceId, products = null }, watch }: Subscriber, taskId: TaskId): boolean {
  if (!isOfOwnDevice({ products }, deviceOfTask(taskId))) return false;
  if (batchId && batchId !== batchOfTask(taskId)) return false;
  if (deviceId && deviceId !== deviceOfTask(taskId)) return false;
  return watch === null || watch.has(deviceOfTask(taskId));
}

const accepts = (subscriber: Subscriber, task: Task): boolean => acceptsId(subscriber, task._id) && acceptsContent(subscriber.filter, task);

const cursorFor = ({ watch }: Subscriber, cursor: string): string => watch?.cursorOf(cursor) ?? cursor;

const eventFor = (subscriber: Subscriber, event: TaskChangeEvent): TaskChangeEvent =>
  subscriber.watch ? { ...event, cursor: cursorFor(subscriber, event.cursor) } : event;

/** The tasks as they are now, in the order of their cursors. A task deleted meanwhile is left out. */
async function load({ collections }: LiveSource, cursors: ReadonlyMap<TaskId, string>): Promise<TaskChangeEvent[]> {
  const tasks = await collections.tasks.find({ _id: { $in: [...cursors.keys()] } }, { batchSize: READ_AT_ONCE }).toArray();
  const byId = new Map(tasks.map((task) => [task._id, task]));
  return [...cursors].flatMap(([id, cursor]) => {
    const task = byId.get(id);
    return task ? [{ kind: 'change' as const, task, cursor }] : [];
  });
}

function eventsOf(subscriber: Subscriber): AsyncIterableIterator<TaskFeedEvent> {
  const { items, end } = subscriber.queue;
  const feed: AsyncIterableIterator<TaskFeedEvent> = {
    async next() {
      for (;;) {
        const { done, value: item } = await items.next();
        if (done) return { done: true, value: undefined };
        const { value: event, skipped, dropped } = item;
        if (event.kind === 'resync') return { done: false, value: event };
        // The device may have been lost while this waited.
        if (acceptsId(subscriber, event.task._id)) return { done: false, value: { ...event, skipped, dropped } };
      }
    },
    async return() {
      end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => feed,
  };
  return feed;
}
