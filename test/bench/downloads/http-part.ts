import type { BenchScope } from '../benchmark';
import { useOf } from '../process-meter';
import { httpLoad, type Target } from './http-load';

/** How a server is asked. */
export interface Load {
  parallel: number;
  ranged: boolean;
  /** Nobody has downloaded the file before: it comes from the package store. */
  first: boolean;
}

export interface HttpMeasure extends Load {
  server: 'updraft' | 'nginx';
  megabytesPerSecond: number;
  /** CPU seconds a GB (10⁹ bytes), by process. */
  cpuPerGB: Record<string, number>;
  /** Of the server: the most it had resident, beyond what it had before the first part, bytes. */
  rssGrowthBytes: number;
}

export const PARALLEL = [1, 16, 100];
export const LOADS: readonly Load[] = [
  { parallel: 1, ranged: false, first: true },
  ...[false, true].flatMap((ranged) => PARALLEL.map((parallel) => ({ parallel, ranged, first: false }))),
];
export const loadText = ({ parallel, ranged, first }: Load): string =>
  `${parallel} at a time, ${ranged ? '1 MiB ranges' : 'whole'}${first ? ', the first' : ''}`;
const RANGE_BYTES = 1024 * 1024;
const LOOK_EVERY_MS = 50;

export interface Server {
  name: HttpMeasure['server'];
  /** One a device. */
  targets: readonly Target[];
  /** The server's processes by name; `resident` is whose memory counts. */
  pids: Record<string, number[]>;
  resident: number;
}

/** Every number of parallel downloads, whole and by range, server after server within each so that a busy minute hits both. */
export async function httpPart(servers: readonly Server[], size: number, scope: BenchScope): Promise<HttpMeasure[]> {
  const measures: HttpMeasure[] = [];
  const before = new Map(servers.map(({ name, resident }) => [name, useOf(resident).rssBytes]));
  for (const load of LOADS) {
    for (const server of servers) {
      scope.signal.throwIfAborted();
      const measure = await one(server, size, load, before.get(server.name) ?? 0);
      scope.say(`    ${server.name}, ${loadText(load)}: ${Math.round(measure.megabytesPerSecond)} MB/s`);
      measures.push(measure);
    }
  }
  return measures;
}

async function one(server: Server, size: number, load: Load, rssBefore: number): Promise<HttpMeasure> {
  const processes: Record<string, number[]> = { ...server.pids, client: [process.pid] };
  const cpuOf = (pids: number[]): number => pids.reduce((sum, pid) => sum + useOf(pid).cpuMs, 0);
  const cpuBefore = Object.entries(processes).map(([name, pids]) => [name, pids, cpuOf(pids)] as const);
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, useOf(server.resident).rssBytes);
  }, LOOK_EVERY_MS);
  try {
    const { seconds, bytes } = await httpLoad({
      targets: server.targets.slice(0, load.parallel),
      size,
      rangeBytes: load.ranged ? RANGE_BYTES : null,
    });
    const cpuPerGB = Object.fromEntries(cpuBefore.map(([name, pids, cpu]) => [name, (cpuOf(pids) - cpu) / 1_000 / (bytes / 1e9)]));
    most = Math.max(most, useOf(server.resident).rssBytes);
    const rssGrowthBytes = Math.max(0, most - rssBefore);
    return {
      ...load,
      server: server.name,
      megabytesPerSecond: bytes / 1e6 / seconds,
      cpuPerGB,
      rssGrowthBytes,
    };
  } finally {
    clearInterval(look);
  }
}
