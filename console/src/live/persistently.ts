import type { Failure, LiveState, Observable, Result } from '@updraft/client';

/** Between tries, doubled each time, so that a platform that comes back is not stormed. */
const FIRST_MS = 2_000;
const LONGEST_MS = 30_000;
/** All that waited for the connection come within this time, and not together. */
const SPREAD_MS = 1_000;

/** The platform was away, or had no room: the same question may be answered later. */
export const mayPass = ({ reason }: Failure): boolean => reason === 'busy' || reason === 'unreachable';

/** Asks until there is an answer, or a refusal that stays; each failure on the way is told. Undefined: there is none. */
export async function persistently<T>(
  ask: () => Promise<Result<T>>,
  { state, signal, failed }: { state: Observable<LiveState>; signal: AbortSignal; failed: (failure: Failure<T>) => void },
): Promise<T | undefined> {
  for (let tries = 0; ; tries += 1) {
    const result = await ask();
    if (signal.aborted) return undefined;
    if (result.ok) return result.data;
    failed(result);
    if (!mayPass(result)) return undefined;
    await worthATry(tries, state, signal, result.retryAfterMs ?? 0);
    if (signal.aborted) return undefined;
  }
}

/** For what has failed once: tries until one succeeds, or nobody waits any more. */
export async function untilItSucceeds(attempt: () => Promise<boolean>, state: Observable<LiveState>, signal: AbortSignal): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    await worthATry(tries, state, signal);
    if (signal.aborted || (await attempt())) return;
  }
}

/** After a while that grows with each try, or soon after the live connection has come back; at once when nobody waits any more. */
export function worthATry(tries: number, state: Observable<LiveState>, signal: AbortSignal, atLeastMs = 0): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    let wasLive = state.get().status === 'live';
    const done = (): void => {
      clearTimeout(timer);
      stopWatching();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const afterMs = Math.min(FIRST_MS * 2 ** tries, LONGEST_MS) * (0.5 + Math.random());
    let timer = setTimeout(done, Math.max(afterMs, atLeastMs));
    const stopWatching = state.subscribe(() => {
      const isLive = state.get().status === 'live';
      if (isLive && !wasLive && atLeastMs === 0) {
        clearTimeout(timer);
        timer = setTimeout(done, Math.random() * SPREAD_MS);
      }
      wasLive = isLive;
    });
    signal.addEventListener('abort', done, { once: true });
  });
}
