import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createClientEngine } from '../../support/dtls/client';
import type { BenchScope } from '../benchmark';
import { useOf } from '../process-meter';
import { type Quantiles, quantilesOf } from '../statistics';
import { openBenchDevice } from './bench-device';
import type { FleetSubject } from './fleet-part';
import type { FloodDone, FloodOrder } from './hello-flood';
import { KEY } from './subject';

export interface HellosMeasure {
  hellos: number;
  perSecond: number;
  /** Of Updraft's process, for a hello; the real handshakes meanwhile are in it. */
  cpuMicrosEach: number;
  /** Of real clients' handshakes while they came, milliseconds. */
  realClientMs: Quantiles | null;
  /** The same before, with nobody else there. */
  calmClientMs: Quantiles | null;
  /** Half-open handshakes and bytes of WebAssembly memory that they have left. */
  halfOpen: number;
  memoryBytes: number;
}

export interface DtlsState {
  halfOpen: number;
  memoryBytes: number;
}

const HELLOS = 20_000;
const PER_SECOND = 5_000;
const REAL_DEVICES = 10;
const CALM = 50;
const FLOOD_WITHIN_MS = 60_000;

/** Hellos from addresses that never prove themselves, and real clients who come one after the other meanwhile. */
export async function hellosPart(
  { pid, securePort }: FleetSubject,
  stateOf: () => Promise<DtlsState>,
  endpoints: readonly string[],
  scope: BenchScope,
): Promise<HellosMeasure> {
  const engine = await createClientEngine({ connectionIdBytes: 6 });
  let next = 0;
  async function handshakeMs(): Promise<number> {
    // Few, whose old sessions give way to new ones: what is kept of real clients stays the same.
    const endpoint = endpoints[next++ % REAL_DEVICES] ?? '';
    const device = await openBenchDevice({ port: securePort, endpoint, dtls: { key: Buffer.from(KEY), engine } });
    const began = performance.now();
    try {
      await device.connect();
      return performance.now() - began;
    } finally {
      device.close();
    }
  }

  const calm: number[] = [];
  while (calm.length < CALM) calm.push(await handshakeMs());
  const before = await stateOf();
  const cpuBefore = useOf(pid).cpuMs;
  const child = fork(join(__dirname, 'hello-flood.js'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const stop = scope.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let done: FloodDone | null = null;
  const flooded = once(child, 'message', { signal: AbortSignal.timeout(FLOOD_WITHIN_MS) }).then(([said]) => {
    done = said as FloodDone;
  });
  child.send({ port: securePort, count: HELLOS, perSecond: PER_SECOND } satisfies FloodOrder);
  const real: number[] = [];
  const until = performance.now() + FLOOD_WITHIN_MS;
  while (done === null && performance.now() < until) real.push(await handshakeMs());
  await flooded;
  await stop();
  const { sent, seconds } = done as unknown as FloodDone;
  const after = await stateOf();
  return {
    ...{ hellos: sent, perSecond: sent / seconds, cpuMicrosEach: ((useOf(pid).cpuMs - cpuBefore) * 1_000) / sent },
    ...{ realClientMs: quantilesOf(real), calmClientMs: quantilesOf(calm) },
    ...{ halfOpen: after.halfOpen - before.halfOpen, memoryBytes: after.memoryBytes - before.memoryBytes },
  };
}
