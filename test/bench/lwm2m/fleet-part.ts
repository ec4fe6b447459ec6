import { setTimeout as delay } from 'node:timers/promises';
import { createClientEngine } from '../../support/dtls/client';
import { meterOthers, useOf } from '../process-meter';
import { type BenchDevice, openBenchDevice } from './bench-device';
import { KEY } from './subject';

/** Requests under way: a fleet that comes back is many devices, of which each waits for its answer. */
const IN_FLIGHT = 100;
const PART_WITHIN_MS = 120_000;
const SETTLE_MS = 2_000;
const WARM_UP = 200;

/** The platform as this part sees it. */
export interface FleetSubject {
  pid: number;
  storePid: number;
  /** UDP ports. */
  port: number;
  securePort: number;
  /** Collects garbage; the bytes that are left in use. */
  settle(): Promise<number>;
}

export interface Rate {
  count: number;
  /** Of those, how many got what they asked for within two minutes. */
  reached: number;
  perSecond: number;
  /** Of Updraft and of mongod. */
  cpuMsEach: number;
  storeCpuMsEach: number;
  /** What all else took of the machine but the clients, percent of all cores. */
  othersPercent: number;
  /** Why the first one failed. */
  failure: string | null;
}

export interface FleetMeasure {
  secure: boolean;
  handshakes: Rate | null;
  registrations: Rate;
  updates: Rate;
  /** Of a registered device that does nothing, its DTLS session included: resident or in use, whichever grew more. */
  bytesEach: number;
}

/** All devices connect, register, do nothing for a while, and update their registrations. */
export async function fleetPart(
  subject: FleetSubject,
  endpoints: readonly string[],
  secure: boolean,
  signal: AbortSignal,
): Promise<FleetMeasure> {
  const warm = await opened(subject, endpoints.slice(0, WARM_UP), secure);
  await everyone(subject, warm, (device) => device.connect(), signal);
  await everyone(subject, warm, (device) => device.register(), signal);
  for (const device of warm) device.close();

  const before = await memoryOf(subject);
  const devices = await opened(subject, endpoints, secure);
  try {
    const handshakes = secure ? await everyone(subject, devices, (device) => device.connect(), signal) : null;
    const registrations = await everyone(subject, devices, (device) => device.register(), signal);
    await delay(SETTLE_MS, undefined, { signal });
    const after = await memoryOf(subject);
    // Memory that was resident and free before may serve now, so what is in use is looked at too.
    const grown = Math.max(after.rss - before.rss, after.live - before.live);
    const bytesEach = grown / Math.max(1, registrations.reached);
    const updates = await everyone(subject, devices, (device) => device.update(), signal);
    return { secure, handshakes, registrations, updates, bytesEach };
  } finally {
    for (const device of devices) device.close();
  }
}

async function memoryOf({ pid, settle }: FleetSubject): Promise<{ live: number; rss: number }> {
  const live = await settle();
  return { live, rss: useOf(pid).rssBytes };
}

async function opened({ port, securePort }: FleetSubject, endpoints: readonly string[], secure: boolean): Promise<BenchDevice[]> {
  const dtls = secure ? { key: Buffer.from(KEY), engine: await createClientEngine({ connectionIdBytes: 6 }) } : null;
  const devices: BenchDevice[] = [];
  for (const endpoint of endpoints) devices.push(await openBenchDevice({ port: secure ? securePort : port, endpoint, dtls }));
  return devices;
}

async function everyone(
  { pid, storePid }: FleetSubject,
  devices: readonly BenchDevice[],
  work: (device: BenchDevice) => Promise<void>,
  signal: AbortSignal,
): Promise<Rate> {
  const others = meterOthers();
  const cpuOf = (): [number, number, number] => [useOf(pid).cpuMs, useOf(storePid).cpuMs, useOf(process.pid).cpuMs];
  const before = cpuOf();
  const began = performance.now();
  let next = 0;
  let reached = 0;
  let failure: string | null = null;
  async function some(): Promise<void> {
    for (let device = devices[next++]; device !== undefined; device = devices[next++]) {
      if (signal.aborted || performance.now() - began > PART_WITHIN_MS) return;
      try {
        await work(device);
        reached += 1;
      } catch (error) {
        failure ??= (error as Error).message;
      }
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, some));
  const seconds = (performance.now() - began) / 1_000;
  const [cpuMs = 0, storeCpuMs = 0, clientCpuMs = 0] = cpuOf().map((ms, index) => ms - (before[index] ?? 0));
  return {
    ...{ count: devices.length, reached, perSecond: reached / seconds, failure },
    cpuMsEach: cpuMs / Math.max(1, reached),
    storeCpuMsEach: storeCpuMs / Math.max(1, reached),
    othersPercent: others(cpuMs + storeCpuMs + clientCpuMs),
  };
}
