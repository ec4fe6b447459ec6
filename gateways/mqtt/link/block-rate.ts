const SECOND_MS = 1_000;

/** True for at most `perSecond` calls in any second, however it is cut out. What is refused does not count. */
export function createBlockRate(perSecond: number, now: () => number = () => performance.now()): () => boolean {
  /** Times of the last calls that were let through, the oldest at `next`. */
  const times = new Array<number>(perSecond).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  return () => {
    const at = now();
    if (at - (times[next] ?? 0) < SECOND_MS) return false;
    times[next] = at;
    next = (next + 1) % perSecond;
    return true;
  };
}
