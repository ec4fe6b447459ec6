import { useOf } from '../process-meter';
import type { Row } from './measurement';

const EVERY_MS = 100;
const AIM_MB = 150;
const megabytes = (bytes: number): number => bytes / 1e6;

interface Watched {
  before: number;
  peak: number;
  /** What ran when it was highest. */
  during: string;
  /** Since the present measurement began. */
  partPeak: number;
}

/** Resident memory of each process, looked at ten times a second; the peak is told with the measurement it fell into. */
export function watchMemory(pids: Readonly<Record<string, number>>): {
  during(title: string): void;
  /** Of the present measurement, bytes. */
  peakOf(name: string): number;
  rows(): Row[];
  stop(): void;
} {
  const watched = new Map<string, Watched>();
  for (const [name, pid] of Object.entries(pids)) {
    const { rssBytes } = useOf(pid);
    watched.set(name, { before: rssBytes, peak: rssBytes, during: 'the start', partPeak: rssBytes });
  }
  let title = 'the start';
  const look = (): void => {
    for (const [name, each] of watched) {
      const rss = rssOf(pids[name] ?? 0);
      each.partPeak = Math.max(each.partPeak, rss);
      if (rss > each.peak) Object.assign(each, { peak: rss, during: title });
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    during(next) {
      look();
      title = next;
      for (const each of watched.values()) each.partPeak = 0;
      look();
    },
    peakOf: (name) => watched.get(name)?.partPeak ?? 0,
    rows: () =>
      [...watched].map(([name, { before, peak, during }]) => {
        const growth = megabytes(peak - before);
        return {
          what: `memory of ${name}`,
          measured: `+${growth.toFixed(0)} MB`,
          ...(name === 'Updraft' && { aim: `≤ +${AIM_MB} MB`, met: growth <= AIM_MB }),
          beside: `${megabytes(before).toFixed(0)} MB before, ${megabytes(peak).toFixed(0)} at most, during ${during}`,
          value: growth,
        };
      }),
    stop: () => clearInterval(timer),
  };
}

/** A process that has gone no longer grows; that it has is found by whoever asks it something. */
function rssOf(pid: number): number {
  try {
    return useOf(pid).rssBytes;
  } catch {
    return 0;
  }
}
