import { isCursor } from './cursor';
import type { ResyncEvent } from './events';
import { createLatestQueue, type LatestQueue } from './latest-queue';
import type { LiveLog } from './source';

/** Progress of things of one kind, each event the whole picture of one of them. */
export interface SnapshotFeed<E> {
  /** The thing, or what belongs to it, changed. */
  changed(id: string): void;
  /** Something changed that may belong to any of them. */
  changedAll(): void;
  /** Ends by itself after a last event. */
  subscribe(id: string, after: string | null): AsyncIterableIterator<E | ResyncEvent>;
  resync(): void;
  stop(): Promise<void>;
}

interface Picture<E> {
  event: E | ResyncEvent;
  isLast: boolean;
}

export interface Snapshot<E> extends Picture<E> {
  event: E;
  /** Nothing will come any more. */
  isLast: boolean;
}

/** One thing with its readers: it is read once for all of them. */
interface Watched<E> {
  id: string;
  readers: Set<LatestQueue<Picture<E>>>;
  latest: Snapshot<E> | null;
  dirty: boolean;
  reading: Promise<void> | null;
  timer: NodeJS.Timeout | null;
  /** Epoch milliseconds before which it is not read again. */
  notBefore: number;
}

const APART_MS = 250;
/** A reading that took t leaves 19 t of rest: at most a twentieth of the time goes into it. */
const REST = 19;
/** A loaded machine makes a reading late rather than long: the picture must not stand still for it, and is two seconds old at most. */
const LONGEST_REST_MS = 1_400;
const AFTER_FAILURE_MS = 1_000;

/**
 * At most four events a second of each thing, and always the last one. `read` gives null for what is not there. A picture that is no news
 * after the one before is not told.
 */
export function createSnapshotFeed<E>(
  read: (id: string, cursor: string, latest: E | null) => Promise<Snapshot<E> | null>,
  position: () => string,
  logger: LiveLog,
  isNews: (event: E, before: E) => boolean = () => true,
): SnapshotFeed<E> {
  type Queue = LatestQueue<Picture<E>>;
  const things = new Map<string, Watched<E>>();

  function schedule(watched: Watched<E>): void {
    if (watched.timer || watched.reading || watched.readers.size === 0) return;
    const wait = Math.max(0, watched.notBefore - Date.now());
    watched.timer = setTimeout(() => {
      watched.timer = null;
      watched.reading = readAnew(watched).finally(() => {
        watched.reading = null;
        if (watched.dirty) schedule(watched);
      });
    }, wait);
  }

  async function readAnew(watched: Watched<E>): Promise<void> {
    const began = Date.now();
    const cursor = position();
    watched.dirty = false;
    try {
      const picture = await read(watched.id, cursor, watched.latest?.event ?? null);
      const took = Date.now() - began;
      watched.notBefore = Math.max(began + APART_MS, Date.now() + Math.min(took * REST, LONGEST_REST_MS));
      if (!picture) {
        // It was there, and is no more.
        if (watched.latest) for (const queue of [...watched.readers]) queue.end();
        return;
      }
      const { latest } = watched;
      watched.latest = picture;
      if (latest === null || isNews(picture.event, latest.event)) for (const queue of watched.readers) queue.put('progress', picture);
    } catch (error) {
      logger.warn({ err: error, id: watched.id }, 'Progress could not be read; it is tried again');
      watched.dirty = true;
      watched.notBefore = Date.now() + AFTER_FAILURE_MS;
    }
  }

  function changed(id: string): void {
    const watched = things.get(id);
    if (!watched) return;
    watched.dirty = true;
    schedule(watched);
  }

  function watch(id: string): Watched<E> {
    const known = things.get(id);
    if (known) return known;
    const watched = {
      id,
      readers: new Set<Queue>(),
      latest: null,
      dirty: true,
      reading: null,
      timer: null,
      notBefore: 0,
    };
    things.set(id, watched);
    return watched;
  }

  function leave(watched: Watched<E>, queue: Queue): void {
    watched.readers.delete(queue);
    if (watched.readers.size > 0) return;
    if (watched.timer) clearTimeout(watched.timer);
    things.delete(watched.id);
  }

  return {
    changed,
    changedAll() {
      for (const id of things.keys()) changed(id);
    },
    subscribe(id, after) {
      const watched = watch(id);
      const queue: Queue = createLatestQueue(
        2,
        () => leave(watched, queue),
        (_older, newer) => newer,
      );
      watched.readers.add(queue);
      // An event is the whole picture, so the first one closes any gap a readable cursor may stand for.
      if (after !== null && !isCursor(after)) queue.put('resync', resyncAt(position()));
      if (watched.latest) queue.put('progress', watched.latest);
      if (watched.dirty) schedule(watched);
      return eventsOf(queue);
    },
    resync() {
      for (const watched of things.values()) {
        for (const queue of watched.readers) queue.put('resync', resyncAt(position()));
        changed(watched.id);
      }
    },
    async stop() {
      const reading = [...things.values()].map((watched) => watched.reading);
      for (const { readers } of [...things.values()]) for (const queue of [...readers]) queue.end();
      await Promise.all(reading);
    },
  };
}

const resyncAt = (cursor: string) => ({ event: { kind: 'resync' as const, cursor }, isLast: false });

function eventsOf<E>(queue: LatestQueue<Picture<E>>): AsyncIterableIterator<E | ResyncEvent> {
  let isOver = false;
  const events: AsyncIterableIterator<E | ResyncEvent> = {
    async next() {
      if (isOver) queue.end();
      const { done, value: item } = await queue.items.next();
      if (done) return { done: true, value: undefined };
      isOver = item.value.isLast;
      return { done: false, value: item.value.event };
    },
    async return() {
      queue.end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => events,
  };
  return events;
}
