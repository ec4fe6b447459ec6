import { LRUCache } from 'lru-cache';
import type { BatchId } from '../schema/model/ids';

const REMEMBERED = 10_000;

export interface WakeUps {
  wake(batchId: BatchId, afterMs?: number): void;
  /** Wishes that wait are dropped; signals under way are waited for. */
  close(): Promise<void>;
}

/**
 * Brings many wishes to wake a batch together into few signals. A wish is never lost, only joined to an earlier one: a batch is woken at
 * most once in `apartMs`, since each wake-up is a workflow task, and one of them finds all that is due.
 */
export function createWakeUps(
  signal: (batchId: BatchId) => Promise<void>,
  onFailed: (batchId: BatchId, error: unknown) => void,
  apartMs: number,
): WakeUps {
  const pending = new Map<BatchId, { at: number; timer: NodeJS.Timeout }>();
  const last = new LRUCache<BatchId, number>({ max: REMEMBERED });
  const underWay = new Set<Promise<void>>();
  let closed = false;

  function fire(batchId: BatchId): void {
    pending.delete(batchId);
    last.set(batchId, Date.now());
    const sent = signal(batchId)
      .catch((error) => onFailed(batchId, error))
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
  }

  return {
    wake(batchId, afterMs = 0) {
      if (closed) return;
      const now = Date.now();
      const at = Math.max(now + afterMs, (last.get(batchId) ?? 0) + apartMs);
      const planned = pending.get(batchId);
      // An earlier one serves: what it finds not yet due tells the batch how long to sleep.
      if (planned && planned.at <= at) return;
      clearTimeout(planned?.timer);
      const timer = setTimeout(fire, at - now, batchId);
      timer.unref();
      pending.set(batchId, { at, timer });
    },
    async close() {
      closed = true;
      for (const { timer } of pending.values()) clearTimeout(timer);
      pending.clear();
      await Promise.all(underWay);
    },
  };
}
