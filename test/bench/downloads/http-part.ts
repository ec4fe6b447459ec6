import type { BenchScope } from '../benchmark';
import { useOf } from '../process-meter';
import { httpLoad, type Target } from './http-load';

export interface HttpMeasure {
  parallel: number;
  ranged: boolean;
  server: 'updraft' | 'nginx';
  megabytesPerSecond: number;
  /** CPU seconds a GB (10⁹ bytes), by process. */
  cpuPerGB: Record<string, number>;
  /** Of the server: the most it had resident, beyond what it had before the first part, bytes. */
  rssGrowthBytes: number;
}

export const PARALLEL = [1, 16, 100] as const;
export const RANGE_BYTES = 1024 * 1024;
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
  for (const rangeBytes of [null, RANGE_BYTES]) {
    for (const parallel of PARALLEL) {
      for (const server of servers) {
        scope.signal.throwIfAborted();
        const measure = await one(server, size, parallel, rangeBytes, before.get(server.name) ?? 0);
        scope.say(
          `    ${server.name}, ${parallel} at a time${rangeBytes ? ' by range' : ''}: ${Math.round(measure.megabytesPerSecond)} MB/s`,
        );
        measures.push(measure);
      }
    }
  }
  return measures;
}

async function one(server: Server, size: number, parallel: number, rangeBytes: number | null, rssBefore: number): Promise<HttpMeasure> {
  const processes: Record<string, number[]> = { ...server.pids, client: [process.pid] };
  const cpuOf = (pids: number[]): number => pids.reduce((sum, pid) => sum + useOf(pid).cpuMs, 0);
  const cpuBefore = Object.entries(processes).map(([name, pids]) => [name, pids, cpuOf(pids)] as const);
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, useOf(server.resident).rssBytes);
  }, LOOK_EVERY_MS);
  try {
    const { seconds, bytes } = await httpLoad({ targets: server.targets.slice(0, parallel), size, rangeBytes });
    const cpuPerGB = Object.fromEntries(cpuBefore.map(([name, pids, cpu]) => [name, (cpuOf(pids) - cpu) / 1_000 / (bytes / 1e9)]));
    most = Math.max(most, useOf(server.resident).rssBytes);
    const rssGrowthBytes = Math.max(0, most - rssBefore);
    return {
      parallel,
      ranged: rangeBytes !== null,
      server: server.name,
      megabytesPerSecond: bytes / 1e6 / seconds,
      cpuPerGB,
      rssGrowthBytes,
    };
  } finally {
    clearInterval(look);
  }
}
