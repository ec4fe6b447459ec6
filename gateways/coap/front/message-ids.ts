import { randomInt } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../../core/at-most';
import type { Clock } from './clock';
import { EXCHANGE_LIFETIME_MS } from './limits';

/** Ids are freed by segments of 8,192: a time for each id would cost 512 KiB a peer. */
const SEGMENT_BITS = 13;
const SEGMENTS = 1 << (16 - SEGMENT_BITS);
const SEGMENT_MASK = (1 << SEGMENT_BITS) - 1;

interface Ids {
  last: number;
  /** When the last id of each segment was taken; null until the first segment was left. */
  leftAt: Float64Array | null;
}

/** Message ids for what is sent, for each peer apart. */
export interface MessageIds {
  /** None is given twice within EXCHANGE_LIFETIME (RFC 7252 §4.4). Null when all were used lately. */
  next(peerKey: string): number | null;
}

export function createMessageIds({ peers, clock }: { peers: number; clock: Clock }): MessageIds {
  const known = new LRUCache<string, Ids>({
    ...atMost(peers),
    ttl: EXCHANGE_LIFETIME_MS,
    updateAgeOnGet: true,
    ttlResolution: 0,
    perf: clock,
  });
  return {
    next(peerKey) {
      let ids = known.get(peerKey);
      if (ids === undefined) {
        ids = { last: randomInt(0x1_0000), leftAt: null };
        known.set(peerKey, ids);
      }
      const next = (ids.last + 1) & 0xffff;
      if ((next & SEGMENT_MASK) === 0 && !enter(ids, next, clock.now())) return null;
      ids.last = next;
      return next;
    },
  };
}

/** Whether the segment that begins with `next` is free. Asking again later changes nothing of what was left before. */
function enter(ids: Ids, next: number, now: number): boolean {
  ids.leftAt ??= new Float64Array(SEGMENTS).fill(Number.NEGATIVE_INFINITY);
  const left = ids.last >> SEGMENT_BITS;
  const entered = next >> SEGMENT_BITS;
  if (now - (ids.leftAt[entered] as number) < EXCHANGE_LIFETIME_MS) return false;
  ids.leftAt[left] = now;
  return true;
}
