import { type Observable, observable } from '../observable.js';

/**
 * Whether what is shown live is true.
 * - `idle`: nothing is followed. - `connecting`: for the first time.
 * - `live`: events arrive. - `reconnecting`: the line was cut, a moment ago. - `stale`: it is away for longer.
 * - `signed-out`: the credentials are good no more; nothing is tried again.
 */
export type LiveState =
  | { readonly status: 'idle' | 'connecting' | 'live' | 'signed-out' }
  | {
      readonly status: 'reconnecting' | 'stale';
      /** When something was last heard. */
      readonly since: Date;
    };

export interface StateKeeper extends Observable<LiveState> {
  connecting(): void;
  heard(): void;
  connected(): void;
  lost(): void;
  idle(): void;
  signedOut(): void;
}

export function createState(staleAfterMs: number): StateKeeper {
  const state = observable<LiveState>({ status: 'idle' });
  let since = new Date();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const set = (next: LiveState): void => {
    if (next.status !== 'reconnecting') clearTimeout(timer);
    if (next.status !== state.get().status) state.set(next);
  };
  const isAway = (): boolean => ['reconnecting', 'stale'].includes(state.get().status);

  return {
    get: state.get,
    subscribe: state.subscribe,
    connecting: () => (isAway() ? undefined : set({ status: 'connecting' })),
    heard() {
      since = new Date();
    },
    connected() {
      since = new Date();
      set({ status: 'live' });
    },
    lost() {
      if (isAway()) return;
      set({ status: 'reconnecting', since });
      timer = setTimeout(() => set({ status: 'stale', since }), staleAfterMs);
    },
    idle: () => set({ status: 'idle' }),
    signedOut: () => set({ status: 'signed-out' }),
  };
}
