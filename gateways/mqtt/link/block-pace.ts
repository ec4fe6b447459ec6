const SECOND_MS = 1_000;

/** Gives each call a turn, and says in how many milliseconds it is: at most `perSecond` turns in any second, however it is cut out. */
export function createBlockPace(perSecond: number, now: () => number): () => number {
  /** The last turns that were given, the oldest at `next`. */
  const turns = new Array<number>(perSecond).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  return () => {
    const at = now();
    const turn = Math.max(at, (turns[next] ?? at) + SECOND_MS);
    turns[next] = turn;
    next = (next + 1) % perSecond;
    return turn - at;
  };
}
