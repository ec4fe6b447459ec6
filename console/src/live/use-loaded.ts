import type { Problem, Result } from '@updraft/client';
import { useEffect, useReducer, useState } from 'react';
import { platform } from '../app/platform';
import { onReturn, signedOut } from '../app/session/session';
import { persistently } from './persistently';

export interface Loaded<T> {
  /** Null until the first answer; what was there before stays while it is read again. */
  readonly data: T | null;
  readonly problems: readonly Problem[];
  readonly loading: boolean;
  reload(): void;
}

const KEPT = 30;
/** What was shown last: whoever comes back sees it at once, and then what it is now. */
const before = new Map<string, unknown>();

function keep(key: string, data: unknown): void {
  before.delete(key);
  before.set(key, data);
  for (const oldest of before.keys()) {
    if (before.size <= KEPT) break;
    before.delete(oldest);
  }
}

interface Shown<T> {
  readonly key: string | null;
  readonly data: T | null;
  readonly problems: readonly Problem[];
  readonly loading: boolean;
}

/** Reads once for each key; null reads nothing. While the platform is away it tries again, and says so meanwhile. For what changes by itself there is `useLive`. */
export function useLoaded<T>(key: string | null, load: (signal: AbortSignal) => Promise<Result<T>>): Loaded<T> {
  const [generation, reload] = useReducer((count: number) => count + 1, 0);
  const [shown, setShown] = useState<Shown<T> | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads anew for another key, and by `reload`; `load` belongs to the key.
  useEffect(() => {
    if (key === null) return;
    const ended = new AbortController();
    const data = (before.get(key) as T | undefined) ?? null;
    setShown({ key, data, problems: [], loading: true });
    void persistently(() => load(ended.signal), {
      state: platform.state,
      signal: ended.signal,
      failed({ reason, problems }) {
        if (reason === 'not-signed-in') signedOut();
        else if (reason !== 'canceled') setShown({ key, data, problems, loading: false });
      },
    }).then((result) => {
      if (ended.signal.aborted || result === undefined) return;
      keep(key, result);
      setShown({ key, data: result, problems: [], loading: false });
    });
    const stopListening = onReturn(reload);
    return () => {
      stopListening();
      ended.abort();
    };
  }, [key, generation]);

  const { data, problems, loading } = shown?.key === key ? shown : { data: null, problems: [], loading: key !== null };
  return { data, problems, loading, reload };
}
