import type { BenchScope } from '../benchmark';
import { endedChildrenCpuMs, meterOthers, useOf } from '../process-meter';
import type { CoapTarget, LibcoapClient } from './libcoap';

export interface BlockServer {
  name: 'updraft' | 'libcoap';
  /** One a device. */
  plain: readonly CoapTarget[];
  secure: readonly CoapTarget[];
  pid: number;
  /** Of the database behind it. */
  storePid?: number;
}

export interface BlockLoad {
  devices: number;
  secure: boolean;
}

export interface BlockMeasure extends BlockLoad {
  server: BlockServer['name'];
  /** What clients said that did not get the file, whatever they tried. */
  failures: string[];
  /** Downloads that were begun once more. */
  repeated: number;
  blocks: number;
  blocksPerSecond: number;
  megabytesPerSecond: number;
  /** Of the server alone. */
  cpuMicrosEach: number;
  storeCpuMicrosEach: number;
  /** Of all clients, their start included. Where both together use all cores, the clients bound the throughput too. */
  clientCpuMicrosEach: number;
  /** What everything else took of the machine, percent of all cores. */
  othersPercent: number;
}

/** Devices at a time, and how often each downloads the file, one time after the other. */
const LOADS = [
  { devices: 1, times: 4 },
  { devices: 50, times: 1 },
  { devices: 200, times: 1 },
] as const;
export const MOST_DOWNLOADS = 200;
const BLOCK_BYTES = 1_024;
/**
 * Where the processor is wanted by many, some of libcoap's clients give up a handshake after five seconds, or wait for a block that they have
 * taken for another one: with either server.
 */
const TRIES = 3;
const DOWNLOAD_WITHIN_MS = 60_000;

/** Server after server within each load, so that a busy minute hits both. Clients are processes of libcoap, the same for both. */
export async function downloadsPart(
  servers: readonly BlockServer[],
  client: LibcoapClient,
  bytes: number,
  scope: BenchScope,
): Promise<BlockMeasure[]> {
  const measures: BlockMeasure[] = [];
  for (const secure of [false, true]) {
    for (const load of LOADS) {
      for (const server of servers) {
        scope.signal.throwIfAborted();
        const measure = await one(server, { ...load, secure }, client, bytes);
        const { blocksPerSecond, cpuMicrosEach } = measure;
        scope.say(`    ${server.name}, ${loadText(measure)}: ${Math.round(blocksPerSecond)} blocks/s, ${cpuMicrosEach.toFixed(1)} µs each`);
        measures.push(measure);
      }
    }
  }
  return measures;
}

export const loadText = ({ devices, secure }: BlockLoad): string => `${devices} at a time, ${secure ? 'DTLS' : 'plain'}`;

async function one(
  server: BlockServer,
  { devices, secure, times }: BlockLoad & { times: number },
  client: LibcoapClient,
  bytes: number,
): Promise<BlockMeasure> {
  const targets = (secure ? server.secure : server.plain).slice(0, devices);
  if (targets.length < devices) throw new Error(`${server.name} has ${targets.length} targets for ${devices} devices.`);
  const cpuOf = (pid: number | undefined): number => (pid === undefined ? 0 : useOf(pid).cpuMs);
  const others = meterOthers();
  const [before, storeBefore, clientsBefore] = [cpuOf(server.pid), cpuOf(server.storePid), endedChildrenCpuMs()];
  const failures: string[] = [];
  let tries = 0;
  let last = 0;
  async function download(target: CoapTarget): Promise<void> {
    for (let left = TRIES; left > 0; left -= 1) {
      tries += 1;
      try {
        await client.download(target, { withinMs: DOWNLOAD_WITHIN_MS });
        last = performance.now();
        return;
      } catch (error) {
        if (left === 1) failures.push((error as Error).message);
      }
    }
  }
  const began = performance.now();
  await Promise.all(
    targets.map(async (target) => {
      for (let time = 0; time < times; time += 1) await download(target);
    }),
  );
  const seconds = (last - began) / 1_000;
  const [cpuMs, storeCpuMs] = [cpuOf(server.pid) - before, cpuOf(server.storePid) - storeBefore];
  const clientCpuMs = endedChildrenCpuMs() - clientsBefore;
  // What one that failed had until then is not known, and counts for nothing.
  const downloads = Math.max(1, devices * times - failures.length);
  const blocks = Math.ceil(bytes / BLOCK_BYTES) * downloads;
  return {
    ...{ server: server.name, devices, secure, failures, repeated: tries - devices * times, blocks, blocksPerSecond: blocks / seconds },
    megabytesPerSecond: (bytes * downloads) / 1e6 / seconds,
    cpuMicrosEach: (cpuMs * 1_000) / blocks,
    storeCpuMicrosEach: (storeCpuMs * 1_000) / blocks,
    clientCpuMicrosEach: (clientCpuMs * 1_000) / blocks,
    othersPercent: others(cpuMs + storeCpuMs + clientCpuMs),
  };
}
