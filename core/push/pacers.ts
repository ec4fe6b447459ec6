import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { newPacer, nextSendTime, type Pacer } from '../../schema/model/batch/push-rate';
import { atMost } from '../at-most';

const PACERS_KEPT = 2_000;

/** Send times at a rate, shared by all that push by the same key in this process: a batch's notifications, or its version queries. */
export interface Pacers {
  /** Waits for a send time; with more than one wanted, for those that come within half the catch-up that the bounds allow. */
  comes(key: string, intervalMs: number, wanted: number): Promise<void>;
  /** Takes the send times that have come, at most so many: none when the timer was early, or another was faster. */
  take(key: string, intervalMs: number, most: number): number;
  /**
   * Waits for one send time, at the interval that the key had last, and takes it; false when none comes within `withinMs`. `elseMs` is the
   * interval of a key that has had none here: nothing was pushed by it since the process began, or for long. Without it that is false.
   */
  takeOne(key: string, withinMs: number, elseMs?: number): Promise<boolean>;
  /** Uses up the next send time, whether or not it has come: something has left outside of its queue that counts in it. */
  spend(key: string): void;
}

export function createPacers(minuteMs: number): Pacers {
  const kept = new LRUCache<string, { pacer: Pacer; intervalMs: number }>(atMost(PACERS_KEPT));
  const pacerOf = (key: string): Pacer => kept.get(key)?.pacer ?? newPacer(minuteMs);

  function keep(key: string, pacer: Pacer, intervalMs: number): void {
    kept.set(key, { pacer, intervalMs });
  }

  function take(key: string, intervalMs: number, most: number): number {
    const now = Date.now();
    let pacer = pacerOf(key);
    let count = 0;
    for (let next = nextSendTime(pacer, intervalMs, now); count < most && next.at <= now; next = nextSendTime(pacer, intervalMs, now)) {
      pacer = next.pacer;
      count += 1;
    }
    keep(key, pacer, intervalMs);
    return count;
  }

  return {
    take,
    spend(key) {
      const known = kept.get(key);
      if (known !== undefined) keep(key, nextSendTime(known.pacer, known.intervalMs, Date.now()).pacer, known.intervalMs);
    },
    async comes(key, intervalMs, wanted) {
      const pacer = pacerOf(key);
      const { at } = nextSendTime(pacer, intervalMs, Date.now());
      const wait = at - Date.now() + (wanted > 1 ? pacer.burstMs / 2 : 0);
      if (at > Date.now()) await sleep(wait);
    },
    async takeOne(key, withinMs, elseMs) {
      const until = Date.now() + withinMs;
      if (elseMs !== undefined && !kept.has(key)) keep(key, newPacer(minuteMs), elseMs);
      for (;;) {
        const known = kept.get(key);
        if (known === undefined) return false;
        const { at } = nextSendTime(known.pacer, known.intervalMs, Date.now());
        if (at > until) return false;
        if (at > Date.now()) await sleep(at - Date.now());
        else if (take(key, known.intervalMs, 1) === 1) return true;
      }
    },
  };
}
