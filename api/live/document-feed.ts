import { setTimeout as delay } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { catchUp } from './catch-up';
import type { ResyncEvent, Skipped } from './events';
import { atCursorOf, createLatestQueue, type LatestQueue } from './latest-queue';
import type { LiveSource } from './source';

/** A document that changed, as it is now; null where it is gone. */
export interface DocumentChange<T> {
  kind: 'change';
  id: string;
  document: T | null;
  cursor: string;
}

export type DocumentFeedEvent<T> = (DocumentChange<T> & Skipped) | ResyncEvent;

export interface DocumentFeed<T, F> {
  /** A promise when so many wait that the stream must too. */
  changed(id: string, cursor: string): Promise<void> | undefined;
  /** `standing`: resolves when the changes that come from now on are told. */
  subscribe(filter: F, after: string | null, standing?: Promise<unknown>): AsyncIterableIterator<DocumentFeedEvent<T>>;
  /** How many read. */
  readonly readers: number;
  resync(): void;
  stop(): Promise<void>;
}

export interface DocumentFeedOptions<T, F> {
  collection: mongo.Collection<T & { _id: string }>;
  /** Changes gather for so long before they are read in one query: what changes more often is told as it is then. */
  gatherMs: number;
  /** By the id alone. */
  acceptsId(filter: F, id: string): boolean;
  /** Null: it is gone. */
  accepts(filter: F, document: T | null): boolean;
  position(): string;
  /** Whoever has read has gone. */
  onLeft?(): void;
}

const READ_AT_ONCE = 1_000;
const QUEUE_LIMIT = 1_000;
const RESYNC_KEY = ' resync';

/** Changes of the documents of a collection: latest wins per document, and a slow reader is told what it has missed. */
export function createDocumentFeed<T, F>(source: LiveSource, options: DocumentFeedOptions<T, F>): DocumentFeed<T, F> {
  type Change = DocumentChange<T>;
  interface Subscriber {
    filter: F;
    queue: LatestQueue<Change | ResyncEvent>;
  }
  const { collection, position, acceptsId } = options;
  const subscribers = new Set<Subscriber>();
  let pending = new Map<string, string>();
  let reading: Promise<void> | null = null;

  const accepts = (filter: F, { id, document }: Change): boolean => acceptsId(filter, id) && options.accepts(filter, document);

  async function load(cursors: ReadonlyMap<string, string>): Promise<Change[]> {
    const found = await collection.find({ _id: { $in: [...cursors.keys()] } } as mongo.Filter<T & { _id: string }>).toArray();
    const byId = new Map(found.map((document) => [document._id as string, document as T]));
    return [...cursors].map(([id, cursor]) => ({ kind: 'change', id, document: byId.get(id) ?? null, cursor }));
  }

  async function read(): Promise<void> {
    await delay(options.gatherMs);
    while (pending.size > 0) {
      const gathered = pending;
      pending = new Map();
      const events = await load(gathered);
      for (const { filter, queue } of subscribers) for (const event of events) if (accepts(filter, event)) queue.put(event.id, event);
    }
  }

  function resync(): void {
    for (const { queue } of subscribers) {
      queue.clear();
      queue.put(RESYNC_KEY, { kind: 'resync', cursor: position() });
    }
  }

  async function goOn({ filter, queue }: Subscriber, after: string): Promise<void> {
    const accepted = (id: string): boolean => acceptsId(filter, id);
    const { collectionName } = collection;
    const missed = await catchUp(source, { after, until: position(), accepts: accepted, limit: QUEUE_LIMIT, collection: collectionName });
    const events = missed && (await load(missed).catch(() => null));
    if (events) queue.putBefore(events.filter((event) => accepts(filter, event)).map((event) => [event.id, event]));
    else {
      queue.clear();
      queue.putBefore([[RESYNC_KEY, { kind: 'resync', cursor: position() }]]);
    }
    queue.hold(false);
  }

  return {
    changed(id, cursor) {
      if (![...subscribers].some(({ filter }) => acceptsId(filter, id))) return undefined;
      pending.delete(id);
      pending.set(id, cursor);
      reading ??= read()
        .catch((error) => {
          source.logger.warn({ err: error }, 'Changed documents could not be read; their readers are told to query');
          resync();
        })
        .finally(() => {
          reading = null;
        });
      return pending.size >= READ_AT_ONCE ? reading : undefined;
    },
    subscribe(filter, after, standing = Promise.resolve()) {
      const queue: Subscriber['queue'] = createLatestQueue(
        QUEUE_LIMIT,
        () => {
          subscribers.delete(subscriber);
          options.onLeft?.();
        },
        atCursorOf,
      );
      const subscriber = { filter, queue };
      subscribers.add(subscriber);
      queue.hold(true);
      standing.then(
        () => (after === null ? queue.hold(false) : goOn(subscriber, after)),
        () => queue.end(),
      );
      return eventsOf(queue);
    },
    get readers() {
      return subscribers.size;
    },
    resync,
    async stop() {
      for (const { queue } of [...subscribers]) queue.end();
      await reading;
    },
  };
}

function eventsOf<T>({ items, end }: LatestQueue<DocumentChange<T> | ResyncEvent>): AsyncIterableIterator<DocumentFeedEvent<T>> {
  const feed: AsyncIterableIterator<DocumentFeedEvent<T>> = {
    async next() {
      const { done, value: item } = await items.next();
      if (done) return { done: true, value: undefined };
      const { value: event, skipped, dropped } = item;
      return { done: false, value: event.kind === 'change' ? { ...event, skipped, dropped } : event };
    },
    async return() {
      end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => feed,
  };
  return feed;
}
