import type { BatchId } from '../../schema/model/ids';
import { emptyCounts } from '../../schema/model/live-counts';
import type { TaskStatus } from '../../schema/model/task';
import { isCursor } from './cursor';
import type { BatchFeedEvent, BatchProgressEvent } from './events';
import { createLatestQueue, type LatestQueue } from './latest-queue';
import type { LiveSource } from './source';

export interface BatchFeed {
  /** The batch or one of its tasks changed. */
  changed(batchId: BatchId): void;
  subscribe(batchId: BatchId, after: string | null): AsyncIterableIterator<BatchFeedEvent>;
  resync(): void;
  stop(): Promise<void>;
}

/** One batch with its readers: it is counted once for all of them. */
interface Watched {
  batchId: BatchId;
  readers: Set<LatestQueue<BatchFeedEvent>>;
  latest: BatchProgressEvent | null;
  dirty: boolean;
  counting: Promise<void> | null;
  timer: NodeJS.Timeout | null;
  /** Epoch milliseconds before which it is not counted again. */
  notBefore: number;
}

const APART_MS = 250;
/** A count that took t leaves 19 t of rest: at most a twentieth of the time goes into counting. */
const REST = 19;
/** A loaded machine makes a count late rather than long: the picture must not stand still for it. */
const LONGEST_REST_MS = 2_000;
const AFTER_FAILURE_MS = 1_000;

export function createBatchFeed(source: LiveSource, position: () => string): BatchFeed {
  const batches = new Map<BatchId, Watched>();

  function schedule(watched: Watched): void {
    if (watched.timer || watched.counting || watched.readers.size === 0) return;
    const wait = Math.max(0, watched.notBefore - Date.now());
    watched.timer = setTimeout(() => {
      watched.timer = null;
      watched.counting = count(watched).finally(() => {
        watched.counting = null;
        if (watched.dirty) schedule(watched);
      });
    }, wait);
  }

  async function count(watched: Watched): Promise<void> {
    const began = Date.now();
    const cursor = position();
    watched.dirty = false;
    try {
      const event = await progressOf(source, watched.batchId, cursor);
      const took = Date.now() - began;
      watched.notBefore = Math.max(began + APART_MS, Date.now() + Math.min(took * REST, LONGEST_REST_MS));
      if (!event) return;
      watched.latest = event;
      for (const queue of watched.readers) queue.put('progress', event);
    } catch (error) {
      source.logger.warn({ err: error, batchId: watched.batchId }, 'A batch could not be counted; it is tried again');
      watched.dirty = true;
      watched.notBefore = Date.now() + AFTER_FAILURE_MS;
    }
  }

  function changed(batchId: BatchId): void {
    const watched = batches.get(batchId);
    if (!watched) return;
    watched.dirty = true;
    schedule(watched);
  }

  function watch(batchId: BatchId): Watched {
    const known = batches.get(batchId);
    if (known) return known;
    const watched = {
      batchId,
      readers: new Set<LatestQueue<BatchFeedEvent>>(),
      latest: null,
      dirty: true,
      counting: null,
      timer: null,
      notBefore: 0,
    };
    batches.set(batchId, watched);
    return watched;
  }

  function leave(watched: Watched, queue: LatestQueue<BatchFeedEvent>): void {
    watched.readers.delete(queue);
    if (watched.readers.size > 0) return;
    if (watched.timer) clearTimeout(watched.timer);
    batches.delete(watched.batchId);
  }

  return {
    changed,
    subscribe(batchId, after) {
      const watched = watch(batchId);
      const queue: LatestQueue<BatchFeedEvent> = createLatestQueue(2, () => leave(watched, queue));
      watched.readers.add(queue);
      // An event is the whole picture, so the first one closes any gap a readable cursor may stand for.
      if (after !== null && !isCursor(after)) queue.put('resync', { kind: 'resync', cursor: position() });
      if (watched.latest) queue.put('progress', watched.latest);
      if (watched.dirty) schedule(watched);
      return eventsOf(queue);
    },
    resync() {
      for (const watched of batches.values()) {
        for (const queue of watched.readers) queue.put('resync', { kind: 'resync', cursor: position() });
        changed(watched.batchId);
      }
    },
    async stop() {
      const counting = [...batches.values()].map((watched) => watched.counting);
      for (const { readers } of [...batches.values()]) for (const queue of [...readers]) queue.end();
      await Promise.all(counting);
    },
  };
}

async function progressOf({ collections }: LiveSource, batchId: BatchId, cursor: string): Promise<BatchProgressEvent | null> {
  const [batch, rows] = await Promise.all([
    collections.batches.findOne({ _id: batchId }),
    collections.tasks
      .aggregate<{ _id: TaskStatus; count: number }>([{ $match: { batchId } }, { $group: { _id: '$status', count: { $sum: 1 } } }])
      .toArray(),
  ]);
  if (!batch) return null;
  const counts = emptyCounts();
  for (const { _id, count } of rows) counts[_id] = count;
  return { kind: 'progress', batch, counts, cursor };
}

function eventsOf(queue: LatestQueue<BatchFeedEvent>): AsyncIterableIterator<BatchFeedEvent> {
  const events: AsyncIterableIterator<BatchFeedEvent> = {
    async next() {
      const { done, value: item } = await queue.items.next();
      return done ? { done: true, value: undefined } : { done: false, value: item.value };
    },
    async return() {
      queue.end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => events,
  };
  return events;
}
