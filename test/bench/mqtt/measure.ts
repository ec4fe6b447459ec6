import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { useOf } from '../process-meter';
import { type BenchDevice, connectDevice, progressTopic } from './bench-device';

/** How much longer than the aim anything may take. */
const PART_WITHIN_MS = 60_000;
const IN_FLIGHT = 2_000;
const SETTLE_MS = 2_000;
const MESSAGES_EACH = 10;
const PORTION = 500;

export interface Rate {
  count: number;
  /** Of those, how many arrived within the bound of a part. */
  reached: number;
  perSecond: number;
  cpuMsEach: number;
}

export interface Subject {
  port: number;
  pid: number;
  /** Collects garbage, where there is a way to. */
  settle(): Promise<void>;
}

export interface Storm {
  devices: (BenchDevice | undefined)[];
  rate: Rate;
  /** CONNECTs that were told to come again. */
  shed: number;
  bytesEach: number;
}

/** All connect at once, 2,000 at a time under way; who is refused comes again. */
export async function storm(subject: Subject, count: number, onPublish: () => void, signal: AbortSignal): Promise<Storm> {
  await subject.settle();
  const before = useOf(subject.pid);
  const began = performance.now();
  const devices: (BenchDevice | undefined)[] = Array(count).fill(undefined);
  let next = 0;
  let shed = 0;
  const late = (): boolean => signal.aborted || performance.now() - began > PART_WITHIN_MS;
  async function connectSome(): Promise<void> {
    for (let index = next++; index < count && !late(); index = next++) {
      for (let device: BenchDevice | null = null; device === null && !late(); ) {
        device = await connectDevice(subject.port, index, onPublish);
        if (device === null) shed += 1;
        else devices[index] = device;
      }
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, connectSome));
  const seconds = (performance.now() - began) / 1_000;
  const { cpuMs } = useOf(subject.pid);
  await delay(SETTLE_MS);
  await subject.settle();
  const reached = devices.filter((device) => device !== undefined).length;
  const bytesEach = (useOf(subject.pid).rssBytes - before.rssBytes) / Math.max(1, reached);
  const rate = { count, reached, perSecond: reached / seconds, cpuMsEach: (cpuMs - before.cpuMs) / Math.max(1, reached) };
  return { devices, rate, shed, bytesEach };
}

/** Sends so many messages and waits until they have arrived. */
export async function transfer(subject: Subject, count: number, send: () => Promise<void>, arrived: () => Promise<number>): Promise<Rate> {
  const before = useOf(subject.pid).cpuMs;
  const already = await arrived();
  const began = performance.now();
  await send();
  let reached = 0;
  while (reached < count && performance.now() - began < PART_WITHIN_MS) {
    reached = (await arrived()) - already;
    if (reached < count) await delay(10);
  }
  const seconds = (performance.now() - began) / 1_000;
  return { count, reached, perSecond: reached / seconds, cpuMsEach: (useOf(subject.pid).cpuMs - before) / Math.max(1, reached) };
}

/** Every device reports its progress ten times. */
export async function sendProgress(devices: readonly (BenchDevice | undefined)[]): Promise<number> {
  let sent = 0;
  for (let round = 0; round < MESSAGES_EACH; round += 1) {
    for (const [index, device] of devices.entries()) {
      if (device === undefined) continue;
      const payload = `{"id":${sent},"params":{"step":"${round * 10}","desc":""}}`;
      device.write({ cmd: 'publish', topic: progressTopic(index), payload, qos: 0, dup: false, retain: false });
      sent += 1;
      if (sent % PORTION === 0) await setImmediate();
    }
  }
  return sent;
}

export const messagesOf = (devices: readonly (BenchDevice | undefined)[]): number =>
  devices.filter((device) => device !== undefined).length * MESSAGES_EACH;
