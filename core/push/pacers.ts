import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { newPacer, nextSlot, type Pacer } from '../../schema/model/batch/push-rate';

const LANES_KEPT = 2_000;

/** The slots of rates, shared by all that push for the same lane in this process: a batch's notifications, or its version queries. */
export interface Pacers {
  /** Waits for a slot; with more than one wanted, for those that come within half the catch-up that the bounds allow. */
  comes(lane: string, intervalMs: number, wanted: number): Promise<void>;
  /** Takes the slots that have come, at most so many: none when the timer was early, or another was faster. */
  take(lane: string, intervalMs: number, most: number): number;
  /** Waits for one slot, at the interval that the lane had last, and takes it; false when none comes within `withinMs`. */
  takeOne(lane: string, withinMs: number): Promise<boolean>;
  /** Uses up the next slot, whether or not it has come: something has left outside the lane that counts in it. */
  spend(lane: string): void;
}

export function createPacers(minuteMs: number): Pacers {
  const lanes = new LRUCache<string, { pacer: Pacer; intervalMs: number }>({ max: LANES_KEPT });
  const pacerOf = (lane: string): Pacer => lanes.get(lane)?.pacer ?? newPacer(minuteMs);

  function keep(lane: string, pacer: Pacer, intervalMs: number): void {
    lanes.set(lane, { pacer, intervalMs });
  }

  function take(lane: string, intervalMs: number, most: number): number {
    const now = Date.now();
    let pacer = pacerOf(lane);
    let count = 0;
    for (let slot = nextSlot(pacer, intervalMs, now); count < most && slot.at <= now; slot = nextSlot(pacer, intervalMs, now)) {
      pacer = slot.pacer;
      count += 1;
    }
    keep(lane, pacer, intervalMs);
    return count;
  }

  return {
    take,
    spend(lane) {
      const known = lanes.get(lane);
      if (known !== undefined) keep(lane, nextSlot(known.pacer, known.intervalMs, Date.now()).pacer, known.intervalMs);
    },
    async comes(lane, intervalMs, wanted) {
      const pacer = pacerOf(lane);
      const { at } = nextSlot(pacer, intervalMs, Date.now());
      const wait = at - Date.now() + (wanted > 1 ? pacer.burstMs / 2 : 0);
      if (at > Date.now()) await sleep(wait);
    },
    async takeOne(lane, withinMs) {
      const until = Date.now() + withinMs;
      for (;;) {
        const known = lanes.get(lane);
        if (known === undefined) return false;
        const { at } = nextSlot(known.pacer, known.intervalMs, Date.now());
        if (at > until) return false;
        if (at > Date.now()) await sleep(at - Date.now());
        else if (take(lane, known.intervalMs, 1) === 1) return true;
      }
    },
  };
}
