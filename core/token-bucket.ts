export interface BucketSize {
  perSecond: number;
  /** What may come at once after a pause. */
  burst: number;
}

export interface TokenBuckets<K> {
  /** Whether the call may pass. A refused one takes nothing. */
  take(key: K, units?: number): boolean;
  /** For a call that was let through and turned out not to count. */
  giveBack(key: K): void;
  /** As of the last call: how many more could pass at once, and milliseconds until there is one more than that. */
  left(key: K): { calls: number; nextMs: number };
}

/** Lets `burst` calls through at once and `perSecond` over time, for each key apart, and `more` for each unit that a call says its key has. */
export function createTokenBuckets<K extends object>(
  { perSecond, burst, more = { perSecond: 0, burst: 0 } }: BucketSize & { more?: BucketSize },
  now: () => number = () => performance.now(),
): TokenBuckets<K> {
  const buckets = new WeakMap<K, { tokens: number; at: number }>();
  return {
    take(key, units = 0) {
      const at = now();
      const most = burst + units * more.burst;
      let bucket = buckets.get(key);
      if (bucket === undefined) {
        bucket = { tokens: most, at };
        buckets.set(key, bucket);
      }
      // A clock that was set back takes nothing away.
      const elapsedMs = Math.max(0, at - bucket.at);
      bucket.tokens = Math.min(most, bucket.tokens + (elapsedMs / 1_000) * (perSecond + units * more.perSecond));
      bucket.at = at;
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
    giveBack(key) {
      const bucket = buckets.get(key);
      if (bucket !== undefined) bucket.tokens += 1;
    },
    left(key) {
      const tokens = buckets.get(key)?.tokens ?? burst;
      const calls = Math.floor(tokens);
      return { calls, nextMs: ((calls + 1 - tokens) * 1_000) / perSecond };
    },
  };
}
