import type { Session } from '../broker/session';

/** Counts what a device has asked for and not been answered yet. Null: that is too much already; else it is open until `close` is called. */
export function createOpenRequests(maximum: number): (session: Session) => { close(): void } | null {
  const open = new WeakMap<Session, number>();
  return (session) => {
    const count = open.get(session) ?? 0;
    if (count >= maximum) return null;
    open.set(session, count + 1);
    return { close: () => void open.set(session, (open.get(session) ?? 1) - 1) };
  };
}
