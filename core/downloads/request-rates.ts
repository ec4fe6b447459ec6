import { LRUCache } from 'lru-cache';
import { atMost } from '../at-most';

export interface RequestRates {
  /** Whether a request with this token may be answered: at once, or in the next second when those of this one are used up. */
  admits(token: string): boolean | Promise<boolean>;
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
  const rates = new LRUCache<string, Rate>(atMost(KEPT));

  function rateOf(token: string): Rate {
    const known = rates.get(token);
    if (known) return known;
    const rate = { second: 0, requests: 0, delayed: 0 };
    rates.set(token, rate);
    return rate;
  }

  /** Whether it has one more in the second of `at`, which is taken then. */
  function take(rate: Rate, at: number): boolean {
    const second = Math.floor(at / SECOND_MS);
    if (rate.second !== second) rate.requests = 0;
    rate.second = second;
    if (rate.requests >= perSecond) return false;
    rate.requests += 1;
    return true;
  }

  async function takeLater(rate: Rate): Promise<boolean> {
    for (let at = now(); !take(rate, at); at = now()) {
      if (rate.delayed >= MOST_DELAYED) return false;
      rate.delayed += 1;
      await delay((rate.second + 1) * SECOND_MS - at);
      rate.delayed -= 1;
    }
    return true;
  }

  return {
    admits(token) {
      const rate = rateOf(token);
      return take(rate, now()) || takeLater(rate);
    },
  };
}
