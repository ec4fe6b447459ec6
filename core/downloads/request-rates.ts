import { LRUCache } from 'lru-cache';

export interface RequestRates {
  /** Whether a request with this token may be answered: at once, or in the next second when those of this one are used up. */
  admits(token: string): Promise<boolean>;
}

interface Rate {
  second: number;
  requests: number;
  /** Those that wait for the next second. */
  delayed: number;
}

const KEPT = 20_000;
const SECOND_MS = 1_000;
/** Of one token: a device asks for the next block when it has the last one, so that on the fastest link it waits and no more. */
const MOST_DELAYED = 4;

/** R-DL-7: requests with one token in a second. */
export function createRequestRates(deps: { perSecond: number; now(): number; delay(ms: number): Promise<unknown> }): RequestRates {
  const { perSecond, now, delay } = deps;
  const rates = new LRUCache<string, Rate>({ max: KEPT });

  function rateOf(token: string): Rate {
    const known = rates.get(token);
    if (known) return known;
    const rate = { second: 0, requests: 0, delayed: 0 };
    rates.set(token, rate);
    return rate;
  }

  return {
    async admits(token) {
      const rate = rateOf(token);
      for (;;) {
        const at = now();
        const second = Math.floor(at / SECOND_MS);
        if (rate.second !== second) rate.requests = 0;
        rate.second = second;
        if (rate.requests < perSecond) break;
        if (rate.delayed >= MOST_DELAYED) return false;
        rate.delayed += 1;
        await delay((second + 1) * SECOND_MS - at);
        rate.delayed -= 1;
      }
      rate.requests += 1;
      return true;
    },
  };
}
