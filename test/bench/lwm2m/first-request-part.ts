import { setTimeout as delay } from 'node:timers/promises';
import { withTimeout } from '../../../core/with-timeout';
import { preciseNow } from '../../support/devices/device-events';
import type { Lwm2mDeviceDescription } from '../../support/devices/lwm2m/lwm2m-description';
import { Lwm2mDevice } from '../../support/devices/lwm2m/lwm2m-device';
import type { ApiClient } from '../api-client';
import type { BenchScope } from '../benchmark';
import { meterOthers, useOf } from '../process-meter';
import { type Quantiles, quantilesOf } from '../statistics';
import { createOperator } from '../upgrades/operator';
import { type BenchDevice, openBenchDevice } from './bench-device';
import type { FleetSubject } from './fleet-part';

export interface FirstRequestMeasure {
  /** Milliseconds from a Register, or an Update of a device that slept, to the platform's first request to the device. */
  registeringMs: Quantiles | null;
  wakingMs: Quantiles | null;
  devices: number;
  /** Of those, how many were asked nothing in time. */
  unasked: number;
  /** Why the first one could not come, if that was the reason. */
  failure: string | null;
  /** Updates a second meanwhile, and how many were not answered. */
  updatesPerSecond: number;
  updatesLost: number;
  /** Of Updraft's process, percent of a core. */
  cpuPercent: number;
  /** What all else took of the machine but the clients, percent of all cores. */
  othersPercent: number;
}

const PRODUCT = 'benchFirst';
/** Long enough for answers of a busy machine: who sleeps hears none. */
const AWAKE_SECONDS = 4;
const ASKED_WITHIN_MS = 10_000;
const EACH_MS = 200;
const AT_ONCE = 50;
export const UPDATES_PER_SECOND = 500;
const TICK_MS = 10;
const SELECTED_WITHIN_MS = 20_000;
const TARGET_VERSION = '2.0.0';
const END_WITHIN_MS = 5_000;
const LOAD_BEFORE_MS = 2_000;

/** Devices that come one after the other, each with a task that is due, while many others update their registrations. */
export async function firstRequestPart(
  subject: FleetSubject,
  api: ApiClient,
  { endpoints, coming, server }: { endpoints: readonly string[]; coming: number; server: string },
  scope: BenchScope,
): Promise<FirstRequestMeasure> {
  const names = Array.from({ length: 2 * coming }, (_, n) => `first-${n}`);
  const asked = new Map<string, (at: number) => void>();
  let failure: string | null = null;
  const onFailure = (error: Error): void => {
    failure ??= error.message;
  };
  const devices = names.map(
    (deviceName) =>
      new Lwm2mDevice(description(deviceName), { server, bareVersion: TARGET_VERSION }, (name, kind, { at }) => {
        if (kind === 'asked') asked.get(name)?.(at);
      }),
  );
  const stop = scope.defer(async () => void (await Promise.all(devices.map((device) => device.stop()))));
  const [registering, waking] = [devices.slice(0, coming), devices.slice(coming)];
  const operator = createOperator(api);
  await operator.createProduct(PRODUCT, { dialect: 'LWM2M', plainCoap: true, awakeSeconds: AWAKE_SECONDS });
  await operator.registerDevices(PRODUCT, names);
  await inPortions(waking, (device) => device.start());
  // Until they sleep.
  await delay(1_500 * AWAKE_SECONDS, undefined, { signal: scope.signal });
  const batchId = await operator.createBatch(await operator.createPackage(PRODUCT, TARGET_VERSION), 10_000);
  await operator.selected(batchId, names.length, SELECTED_WITHIN_MS);

  const load = await updatesOf(subject.port, endpoints);
  scope.say(`    ${names.length} devices with a task come`);
  try {
    await delay(LOAD_BEFORE_MS, undefined, { signal: scope.signal });
    const others = meterOthers();
    const before = { cpuMs: useOf(subject.pid).cpuMs, own: useOf(process.pid).cpuMs, store: useOf(subject.storePid).cpuMs };
    const [began, answeredBefore] = [performance.now(), load.answered];
    const waits: Promise<[kind: 'registering' | 'waking', ms: number | null]>[] = [];
    for (let n = 0; n < coming; n += 1) {
      const [one, other] = [registering[n], waking[n]];
      if (one) waits.push(firstAsked(asked, one, () => one.start().catch(onFailure)).then((ms) => ['registering', ms]));
      await delay(EACH_MS / 2, undefined, { signal: scope.signal });
      if (other) waits.push(firstAsked(asked, other, () => other.update().catch(onFailure)).then((ms) => ['waking', ms]));
      await delay(EACH_MS / 2, undefined, { signal: scope.signal });
    }
    const seconds = (performance.now() - began) / 1_000;
    const updatesPerSecond = (load.answered - answeredBefore) / seconds;
    const cpuMs = useOf(subject.pid).cpuMs - before.cpuMs;
    const used = cpuMs + useOf(process.pid).cpuMs - before.own + useOf(subject.storePid).cpuMs - before.store;
    const othersPercent = others(used);
    const found = await Promise.all(waits);
    const of = (wanted: string): number[] => found.flatMap(([kind, ms]) => (kind === wanted && ms !== null ? [ms] : []));
    return {
      ...{ registeringMs: quantilesOf(of('registering')), wakingMs: quantilesOf(of('waking')) },
      ...{ devices: found.length, unasked: found.filter(([, ms]) => ms === null).length, failure },
      ...{ updatesPerSecond, updatesLost: load.lost, cpuPercent: cpuMs / seconds / 10, othersPercent },
    };
  } finally {
    load.stop();
    // Before another part begins; a machine that is too busy for this is for the figures, too.
    const ended = Promise.all([operator.cancelBatch(batchId), stop()]);
    await withTimeout(ended, END_WITHIN_MS, 'Not in time').catch(() => scope.say('    these devices or their batch did not end in time'));
  }
}

async function inPortions<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE) await Promise.all(items.slice(at, at + AT_ONCE).map(work));
}

/** Null: not in time. */
async function firstAsked(
  asked: Map<string, (at: number) => void>,
  { deviceName }: Lwm2mDevice,
  come: () => Promise<unknown>,
): Promise<number | null> {
  const began = preciseNow();
  const ms = new Promise<number | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), ASKED_WITHIN_MS);
    asked.set(deviceName, (at) => {
      clearTimeout(timer);
      asked.delete(deviceName);
      resolve(at - began);
    });
  });
  await come();
  return ms;
}

const description = (deviceName: string): Lwm2mDeviceDescription => ({
  ...{ dialect: 'LWM2M' as const, deviceName, version: '1.0.0', radio: null },
  habits: { queueMode: true, awakeMs: AWAKE_SECONDS * 1_000, lifetimeSeconds: 86_400 },
});

/** Registered devices that update at that rate together, in turn. */
async function updatesOf(port: number, endpoints: readonly string[]) {
  const devices: BenchDevice[] = [];
  await inPortions(endpoints, async (endpoint) => {
    const device = await openBenchDevice({ port, endpoint, dtls: null });
    devices.push(device);
    await device.register();
  });
  const busy = new Set<BenchDevice>();
  const load = { answered: 0, lost: 0, stop };
  const began = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (const due = ((performance.now() - began) / 1_000) * UPDATES_PER_SECOND; sent < due; sent += 1) {
      const device = devices[sent % devices.length];
      // One of which an answer is under way has been overtaken by the rate.
      if (!device || busy.has(device)) continue;
      busy.add(device);
      device
        .update()
        .then(
          () => load.answered++,
          () => load.lost++,
        )
        .finally(() => busy.delete(device));
    }
  }, TICK_MS);
  function stop(): void {
    clearInterval(timer);
    for (const device of devices) device.close();
  }
  return load;
}
