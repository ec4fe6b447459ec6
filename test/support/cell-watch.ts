import type { DeviceObserver } from './devices/device-events';

/** A device that has an address, or is pushed to, in epoch milliseconds; it is over when it has a result, or was told to forget it. */
export interface Holding {
  deviceName: string;
  from: number;
  /** Null: not over yet. */
  to: number | null;
}

export interface CellWatch {
  observer: DeviceObserver;
  holdings: readonly Holding[];
}

/** What devices see of the platform's politeness: nothing here knows of slots. */
export function watchCells(): CellWatch {
  const holdings: Holding[] = [];
  const open = new Map<string, Holding>();
  return {
    holdings,
    observer(deviceName, kind, event) {
      if (kind === 'asked') {
        const { method, path, bytes } = event as { method: string; path: string; bytes: number };
        // An empty address and a NUL byte for a package reset.
        const begins = method === 'PUT' && ((path === '/5/0/1' && bytes > 0) || (path === '/5/0/0' && bytes > 1));
        if (!begins || open.has(deviceName)) return;
        const holding = { deviceName, from: event.at, to: null };
        open.set(deviceName, holding);
        holdings.push(holding);
      }
      if (kind === 'state') {
        const { state, result } = event as { state: number; result: number };
        const holding = open.get(deviceName);
        if (!holding || (state !== 0 && (result <= 1 || result === 11))) return;
        holding.to = event.at;
        open.delete(deviceName);
      }
    },
  };
}

/** How many of them there were at one moment, at most. */
export function mostAtOnce(holdings: readonly Pick<Holding, 'from' | 'to'>[]): number {
  const changes = holdings.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to ?? Number.POSITIVE_INFINITY, by: -1 },
  ]);
  let [now, most] = [0, 0];
  for (const { by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
