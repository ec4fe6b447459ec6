import type { Peer } from '../dialect';

/** Counts what a device has asked for and not been answered yet. Null: that is too much already; else it is open until `close` is called. */
export function createOpenRequests(maximum: number): (peer: Peer) => { close(): void } | null {
  const open = new WeakMap<Peer, number>();
  return (peer) => {
    const count = open.get(peer) ?? 0;
    if (count >= maximum) return null;
    open.set(peer, count + 1);
    return { close: () => void open.set(peer, (open.get(peer) ?? 1) - 1) };
  };
}
