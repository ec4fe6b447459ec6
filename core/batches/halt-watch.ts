import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchId } from '../../schema/model/ids';
import type { TaskWrite } from '../tasks/store';
import type { HaltLook } from './halt';

export interface HaltWatchDeps {
  /** Asked with each failure: it must cost no round trip. */
  hasThreshold(batchId: BatchId): Promise<boolean>;
  look(batchId: BatchId): Promise<HaltLook>;
  /** Its workflow is to learn that it has halted. */
  onHalted(batchId: BatchId): void;
}

export interface HaltWatch {
  /** Devices of these batches have failed; returns at once. */
  failed(batchIds: Iterable<BatchId>): void;
  /** Looks under way have ended, and none begins any more. */
  close(): Promise<void>;
}

/** Of a process's time at most a fifth goes into looks at one batch, unless its failures would wait for longer than two seconds. */
const PAUSE_SHARE = 4;
const LONGEST_PAUSE_MS = 2_000;

/**
 * R-BAT-24: looks after each failure whether its batch is to halt, so that a push window under way stops as soon as there is reason, and
 * a batch that sleeps until a retry halts at once. Failures that come while one looks share the next look. A look that fails or is lost with its
 * process costs a window at most: the batch looks before each.
 */
export function createHaltWatch({ hasThreshold, look, onHalted }: HaltWatchDeps): HaltWatch {
  const underWay = new Map<BatchId, { again: boolean; done: Promise<void> }>();
  const closing = new AbortController();

  async function watch(batchId: BatchId, entry: { again: boolean }): Promise<void> {
    try {
      if (!(await hasThreshold(batchId))) return;
      do {
        entry.again = false;
        const began = performance.now();
        const { halted, isNew } = await look(batchId);
        if (isNew) onHalted(batchId);
        if (halted) return;
        const pause = Math.min(LONGEST_PAUSE_MS, (performance.now() - began) * PAUSE_SHARE);
        if (entry.again) await sleep(pause, null, { signal: closing.signal });
      } while (entry.again);
    } catch {
      // The batch itself looks before it pushes.
    } finally {
      underWay.delete(batchId);
    }
  }

  return {
    failed(batchIds) {
      if (closing.signal.aborted) return;
      for (const batchId of batchIds) {
        const current = underWay.get(batchId);
        if (current) {
          current.again = true;
          continue;
        }
        const entry = { again: false, done: Promise.resolve() };
        underWay.set(batchId, entry);
        entry.done = watch(batchId, entry);
      }
    },
    async close() {
      closing.abort();
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}

/** The batches in which a write has made a device fail. */
export function batchesOfFailures(writes: readonly TaskWrite[]): Set<BatchId> {
  const failed = writes.filter(({ change: { set } }) => set.outcome && set.outcome !== 'SUCCEEDED' && set.judgedAt);
  return new Set(failed.map(({ task }) => task.batchId));
}
