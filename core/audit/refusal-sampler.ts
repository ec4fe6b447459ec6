export interface RefusalSampler {
  /** Whether this refusal gets an entry; otherwise it is counted. `key`: the actor, or the address of a stranger. */
  mayRecord(key: string, nowMs: number): boolean;
  /** What was left out since the last call, the most frequent first; `null` stands for all further keys together. */
  takeOmitted(): { key: string | null; count: number }[];
}

export interface SamplerBounds {
  windowMs: number;
  /** Of one key in a window. */
  perKey: number;
  /** Of all keys in a window. */
  inAll: number;
  /** Keys that are told apart. */
  keys: number;
  /** Keys whose omissions get an entry of their own. */
  told: number;
}

/** At most 600 entries a minute, half of them for strangers with one address each: less than 1 GB a year under attack. */
export const SAMPLER_BOUNDS: SamplerBounds = { windowMs: 60_000, perKey: 20, inAll: 600, keys: 10_000, told: 20 };

/** Lets through so many a key and in all; what is beyond is counted, in bounded room. */
export function createRefusalSampler({ windowMs, perKey, inAll, keys, told }: SamplerBounds = SAMPLER_BOUNDS): RefusalSampler {
  let since = Number.NEGATIVE_INFINITY;
  let recorded = 0;
  let seen = new Map<string, number>();
  let omitted = new Map<string | null, number>();

  function omit(key: string | null): false {
    const kept = omitted.has(key) || omitted.size < keys ? key : null;
    omitted.set(kept, (omitted.get(kept) ?? 0) + 1);
    return false;
  }

  return {
    mayRecord(key, nowMs) {
      // A clock that was set back begins a window as well.
      if (nowMs - since >= windowMs || nowMs < since) [since, recorded, seen] = [nowMs, 0, new Map()];
      const count = seen.get(key) ?? 0;
      if (count >= perKey || recorded >= inAll || (count === 0 && seen.size >= keys)) return omit(key);
      seen.set(key, count + 1);
      recorded += 1;
      return true;
    },
    takeOmitted() {
      const all = [...omitted].sort(([, one], [, other]) => other - one);
      omitted = new Map();
      const own = all.filter(([key]) => key !== null).slice(0, told);
      const rest = all.reduce((sum, [, count]) => sum + count, 0) - own.reduce((sum, [, count]) => sum + count, 0);
      return [...own.map(([key, count]) => ({ key, count })), ...(rest > 0 ? [{ key: null, count: rest }] : [])];
    },
  };
}
