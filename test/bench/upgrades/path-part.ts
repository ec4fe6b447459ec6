import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startFleetProcess } from '../../support/devices/fleet-client';
import type { Pacing } from '../../support/devices/upgrade-host';
import { createApiClient } from '../api-client';
import type { BenchOptions, BenchScope } from '../benchmark';
import { type MeteredPart, meter, meterOthers } from '../process-meter';
import { middleRate } from '../statistics';
import { type DiskUse, diskEach, diskUse } from './disk-use';
import { type HistoryCounts, historyCounts } from './engine-counts';
import { createOperator, type Operator, type TaskOutcome } from './operator';
import { type PacingResult, pacingOf } from './pacing';
import { startPlatformProcess } from './platform-client';
import { commandCounts, commandsEach } from './store-counts';
import { FIRST_VERSION, type Latencies, type Watch, watchTasks } from './watch';

/** Nothing is downloaded, and the new version is reported on the same connection: what is left is the platform's own work. */
export const PACING: Pacing = { skipDownload: true, stepsReported: [50, 100], installMs: 0, rebootMs: null };
const TARGET_VERSION = '2.0.0';
export const HIGHEST_RATE = 10_000;
const WARM_UP = 100;
const PACED_SECONDS = 20;
const PROCESSES = ['engine', 'mongod', 'updraft', 'devices', 'subscriber'] as const;
export type ProcessName = (typeof PROCESSES)[number];

export interface PathPart {
  /** From the first push to the last success. */
  perSecond: number;
  seconds: number;
  /** Between the 10th and the 90th percentile of successes. */
  perSecondMiddle: number | null;
  cpuMs: Record<ProcessName, number>;
  peakBytes: Record<ProcessName, number>;
  /** What others used of the machine meanwhile, percent. */
  othersPercent: number;
  latencies: Latencies;
  /** Commands of MongoDB an upgrade, by name. */
  storeCommands: Record<string, number>;
  history: HistoryCounts;
  /** Bytes that an upgrade has added to the stores. */
  disk: DiskUse;
  /** Tasks by status. */
  tasks: Record<string, number>;
}

export interface PacedPart {
  pacing: PacingResult;
  latencies: Latencies;
  tasks: Record<string, number>;
}

interface Group {
  productKey: string;
  names: string[];
}

/** (b) and (c): the whole platform with a connected fleet. First what it can do at most, then how exactly it keeps a rate. */
export async function wholePathParts(options: BenchOptions, scope: BenchScope): Promise<{ path: PathPart; paced: PacedPart }> {
  const platform = await startPlatformProcess(scope, options.profileDir);
  const api = createApiClient(platform.apiUrl, platform.key);
  scope.defer(() => api.close());
  const operator = createOperator(api);

  const groups = {
    warm: groupOf('warm', WARM_UP),
    burst: groupOf('burst', options.devices),
    paced: groupOf('paced', Math.min(2_000, Math.max(10, Math.ceil((options.rate / 60) * PACED_SECONDS)))),
  };
  const devices = [];
  for (const { productKey, names } of Object.values(groups)) {
    await operator.createProduct(productKey);
    const secrets = await operator.registerDevices(productKey, names);
    devices.push(...names.map((deviceName) => ({ productKey, deviceName, secret: secrets.get(deviceName) ?? '', version: FIRST_VERSION })));
  }

  const broken = new AbortController();
  const watch = watchTasks(api, (error) => broken.abort(error));
  scope.say(`  ${devices.length} devices connect …`);
  const fleet = await startFleetProcess(
    { mqttUrl: platform.mqttUrl, pacing: PACING, devices },
    { onReports: (reports) => watch.onReports(reports), reported: ['progress', 'version', 'problem'] },
  );
  scope.defer(() => fleet.stop());
  if (fleet.start.failed.length > 0) throw new Error(`Devices could not connect: ${JSON.stringify(fleet.start.failed.slice(0, 3))}`);
  await allOnline(operator, Object.values(groups));

  const run = (group: Group, rate: number) => runBatch(operator, watch, group, rate, broken.signal);
  scope.say('  warming up …');
  await run(groups.warm, HIGHEST_RATE);
  await delay(2_000);

  scope.say(`  ${options.devices} upgrades at ${HIGHEST_RATE} a minute …`);
  const temporalFile = join(platform.dataDir, 'temporal.db');
  const diskBefore = await diskUse(platform.mongoUri, temporalFile);
  const storeBefore = await commandCounts(platform.mongoUri);
  const { mongod, temporal } = platform.pids;
  const use = meter({ engine: temporal, mongod, updraft: platform.pid, devices: fleet.pid, subscriber: process.pid });
  const others = meterOthers();
  const burst = await run(groups.burst, HIGHEST_RATE);
  const used = use();
  const othersPercent = others(PROCESSES.reduce((sum, name) => sum + used[name].cpuMs, 0));
  const storeAfter = await commandCounts(platform.mongoUri);
  await delay(1_000);
  const path: PathPart = {
    ...throughputOf(burst),
    ...shares(used, options.devices),
    othersPercent,
    latencies: watch.latencies('burst'),
    storeCommands: commandsEach(storeBefore, storeAfter, options.devices),
    history: await historyCounts(platform.temporalAddress),
    disk: diskEach(diskBefore, await diskUse(platform.mongoUri, temporalFile), options.devices),
    tasks: byStatus(burst),
  };
  scope.say(`  ${path.perSecond.toFixed(1)} upgrades/s`);

  scope.say(`  ${groups.paced.names.length} upgrades at ${options.rate} a minute …`);
  const paced = await run(groups.paced, options.rate);
  await delay(1_000);
  await fleet.stop();
  // Its profile, if one is kept, is written when it ends.
  await platform.stop();
  const pushes = paced.flatMap(({ notifiedAt }) => notifiedAt ?? []);
  return { path, paced: { pacing: pacingOf(pushes, options.rate), latencies: watch.latencies('paced'), tasks: byStatus(paced) } };
}

const groupOf = (name: string, count: number): Group => ({
  productKey: `bench${name}`,
  names: Array.from({ length: count }, (_, n) => `${name}-${`${n}`.padStart(4, '0')}`),
});

async function allOnline(operator: Operator, groups: readonly Group[]): Promise<void> {
  const until = Date.now() + 60_000;
  for (const { productKey, names } of groups) {
    while ((await operator.onlineDevices(productKey)) < names.length) {
      if (Date.now() > until) throw new Error(`Not every device of ${productKey} is on-line with a version after a minute.`);
      await delay(500);
    }
  }
}

async function runBatch(
  operator: Operator,
  watch: Watch,
  { productKey, names }: Group,
  perMinute: number,
  broken: AbortSignal,
): Promise<TaskOutcome[]> {
  const packageId = await operator.createPackage(productKey, TARGET_VERSION);
  const batchId = await operator.createBatch(packageId, perMinute);
  // Five upgrades a second, beyond what the rate allows, is a machine on which nothing can be measured.
  const withinMs = (names.length / perMinute) * 60_000 + (names.length / 5) * 1_000 + 60_000;
  broken.throwIfAborted();
  const subscriptionEnded = new Promise<never>((_, reject) =>
    broken.addEventListener('abort', () => reject(broken.reason), { once: true }),
  );
  await Promise.race([watch.finished(batchId, withinMs), subscriptionEnded]);
  return operator.tasksOf(batchId);
}

function throughputOf(tasks: readonly TaskOutcome[]): Pick<PathPart, 'perSecond' | 'seconds' | 'perSecondMiddle'> {
  const pushes = tasks.flatMap(({ notifiedAt }) => notifiedAt ?? []);
  const successes = tasks.flatMap(({ status, endedAt }) => (status === 'SUCCEEDED' && endedAt !== null ? [endedAt] : []));
  const seconds =
    (successes.reduce((a, b) => Math.max(a, b), 0) - pushes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)) / 1_000;
  return { perSecond: successes.length / seconds, seconds, perSecondMiddle: middleRate(successes) };
}

function shares(used: Record<ProcessName, MeteredPart>, count: number): Pick<PathPart, 'cpuMs' | 'peakBytes'> {
  const each = (of: (part: MeteredPart) => number) =>
    Object.fromEntries(PROCESSES.map((name) => [name, of(used[name])])) as Record<ProcessName, number>;
  return { cpuMs: each(({ cpuMs }) => cpuMs / count), peakBytes: each(({ peakBytes }) => peakBytes) };
}

function byStatus(tasks: readonly TaskOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of tasks) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
