export interface BucketSize {
  perSecond: number;
  /** What may come at once after a pause. */
  burst: number;
}

/** Lets `burst` calls through at once and `perSecond` over time, for each key apart. A refused call takes nothing. */
export function createTokenBuckets<K extends object>(
  { perSecond, burst }: BucketSize,
  now: () => number = () => performance.now(),
): (key: K) => boolean {
  const buckets = new WeakMap<K, { tokens: number; at: number }>();
  return (key) => {
    const at = now();
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = { tokens: burst, at };
      buckets.set(key, bucket);
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1_000) * perSecond);
    bucket.at = at;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
