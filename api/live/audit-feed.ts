import { setTimeout as delay } from 'node:timers/promises';
import type { AuditFilter, ShownEntry } from '../../core/audit/contract';
import { matches } from '../../core/audit/matches';
import type { AuditEntry } from '../../schema/model/audit';
import { catchUp } from './catch-up';
import type { AuditAddedEvent, AuditFeedEvent, ResyncEvent } from './events';
import { atCursorOf, createLatestQueue, type LatestQueue } from './latest-queue';
import type { LiveSource } from './source';

export interface AuditReader {
  filter: AuditFilter;
  /** Says who actors are. */
  shown(entries: readonly AuditEntry[]): Promise<ShownEntry[]>;
}

export interface AuditFeed {
  /** An entry was added. A promise when so many wait that the stream must too. */
  added(id: string, cursor: string): Promise<void> | undefined;
  subscribe(reader: AuditReader, after: string | null): AsyncIterableIterator<AuditFeedEvent>;
  resync(): void;
  stop(): Promise<void>;
}

interface Subscriber {
  reader: AuditReader;
  queue: LatestQueue<AuditAddedEvent | ResyncEvent>;
}

const GATHER_MS = 15;
const READ_AT_ONCE = 1_000;
const QUEUE_LIMIT = 1_000;
const RESYNC_KEY = ' resync';

/** As the feed of tasks, of documents that never change: a slow reader is told how many it has lost. */
export function createAuditFeed(source: LiveSource, position: () => string): AuditFeed {
  const subscribers = new Set<Subscriber>();
  let pending = new Map<string, string>();
  let reading: Promise<void> | null = null;

  async function eventsFor({ filter, shown }: AuditReader, cursors: ReadonlyMap<string, string>): Promise<AuditAddedEvent[]> {
    const found = await source.collections.auditEntries.find({ _id: { $in: [...cursors.keys()] } }).toArray();
    const entries = await shown(found.filter((entry) => matches(filter, entry)));
    const byId = new Map(entries.map((entry) => [entry._id, entry]));
    return [...cursors].flatMap(([id, cursor]) => {
      const entry = byId.get(id);
      return entry ? [{ kind: 'added' as const, entry, cursor }] : [];
    });
  }

  async function read(): Promise<void> {
    await delay(GATHER_MS);
    while (pending.size > 0) {
      const gathered = pending;
      pending = new Map();
      for (const { reader, queue } of [...subscribers])
        for (const event of await eventsFor(reader, gathered)) queue.put(event.entry._id, event);
    }
  }

  function resync(): void {
    for (const { queue } of subscribers) {
      queue.clear();
      queue.put(RESYNC_KEY, { kind: 'resync', cursor: position() });
    }
  }

  async function goOn({ reader, queue }: Subscriber, after: string): Promise<void> {
    const collection = source.collections.auditEntries.collectionName;
    const missed = await catchUp(source, { after, until: position(), accepts: () => true, limit: QUEUE_LIMIT, collection });
    const events = missed && (await eventsFor(reader, missed).catch(() => null));
    if (events) queue.putBefore(events.map((event) => [event.entry._id, event]));
    else {
      queue.clear();
      queue.putBefore([[RESYNC_KEY, { kind: 'resync', cursor: position() }]]);
    }
    queue.hold(false);
  }

  return {
    added(id, cursor) {
      if (subscribers.size === 0) return undefined;
      pending.set(id, cursor);
      reading ??= read()
        .catch((error) => {
          source.logger.warn({ err: error }, 'Added entries of the audit trail could not be read; their readers are told to query');
          resync();
        })
        .finally(() => {
          reading = null;
        });
      return pending.size >= READ_AT_ONCE ? reading : undefined;
    },
    subscribe(reader, after) {
      const queue: Subscriber['queue'] = createLatestQueue(QUEUE_LIMIT, () => subscribers.delete(subscriber), atCursorOf);
      const subscriber = { reader, queue };
      subscribers.add(subscriber);
      if (after !== null) {
        queue.hold(true);
        void goOn(subscriber, after);
      }
      return eventsOf(queue);
    },
    resync,
    async stop() {
      for (const { queue } of [...subscribers]) queue.end();
      await reading;
    },
  };
}

function eventsOf(queue: Subscriber['queue']): AsyncIterableIterator<AuditFeedEvent> {
  const feed: AsyncIterableIterator<AuditFeedEvent> = {
    async next() {
      const { done, value: item } = await queue.items.next();
      if (done) return { done: true, value: undefined };
      const { value: event, dropped } = item;
      return { done: false, value: event.kind === 'added' ? { ...event, dropped } : event };
    },
    async return() {
      queue.end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => feed,
  };
  return feed;
}
