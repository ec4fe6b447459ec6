import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type MeteredPart, meter, meterOthers } from '../process-meter';
import { middleRate } from '../statistics';
import { type DiskUse, diskEach, diskUse } from './disk-use';
import { type HistoryCounts, historyCounts } from './engine-counts';
import type { Operator, TaskOutcome } from './operator';
import type { PlatformProcess } from './platform-client';
import { commandCounts, commandsEach } from './store-counts';
import type { Watch } from './watch';

export const HIGHEST_RATE = 10_000;
const TARGET_VERSION = '2.0.0';
const PROCESSES = ['engine', 'mongod', 'updraft', 'devices', 'subscriber'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** Devices of a product of their own. */
export interface Group {
  productKey: string;
  names: string[];
}

/** What many upgrades at once have cost. */
export interface Burst {
  /** From the first push to the last success. */
  perSecond: number;
  seconds: number;
  /** Between the 10th and the 90th percentile of successes. */
  perSecondMiddle: number | null;
  /** An upgrade. */
  cpuMs: Record<ProcessName, number>;
  peakBytes: Record<ProcessName, number>;
  /** What others used of the machine meanwhile, percent. */
  othersPercent: number;
  /** Commands of MongoDB an upgrade, by name. */
  storeCommands: Record<string, number>;
  history: HistoryCounts;
  /** Bytes that an upgrade has added to the stores. */
  disk: DiskUse;
  /** Tasks by status. */
  tasks: Record<string, number>;
}

export interface BurstParts {
  platform: PlatformProcess;
  operator: Operator;
  watch: Watch;
  /** Process of the devices. */
  fleetPid: number;
  /** Aborted when the subscription has ended. */
  broken: AbortSignal;
}

/** Engine, mongod and Updraft together, milliseconds an upgrade. */
export const cpuMsEach = ({ cpuMs }: Pick<Burst, 'cpuMs'>): number => cpuMs.engine + cpuMs.mongod + cpuMs.updraft;

/** Upgrades all devices of a group at the highest rate, and measures what that takes. */
export async function measureBurst({ platform, operator, watch, fleetPid, broken }: BurstParts, group: Group): Promise<Burst> {
  const count = group.names.length;
  const temporalFile = join(platform.dataDir, 'temporal.db');
  const diskBefore = await diskUse(platform.mongoUri, temporalFile);
  const storeBefore = await commandCounts(platform.mongoUri);
  const { mongod, temporal } = platform.pids;
  const use = meter({ engine: temporal, mongod, updraft: platform.pid, devices: fleetPid, subscriber: process.pid });
  const others = meterOthers();
  const tasks = await runBatch(operator, watch, group, HIGHEST_RATE, broken);
  const used = use();
  const othersPercent = others(PROCESSES.reduce((sum, name) => sum + used[name].cpuMs, 0));
  const storeAfter = await commandCounts(platform.mongoUri);
  await delay(1_000);
  return {
    ...throughputOf(tasks),
    ...shares(used, count),
    othersPercent,
    storeCommands: commandsEach(storeBefore, storeAfter, count),
    history: await historyCounts(platform.temporalAddress, group.productKey),
    disk: diskEach(diskBefore, await diskUse(platform.mongoUri, temporalFile), count),
    tasks: byStatus(tasks),
  };
}

export const groupOf = (name: string, count: number): Group => ({
  productKey: `bench${name}`,
  names: Array.from({ length: count }, (_, n) => `${name}-${`${n}`.padStart(4, '0')}`),
});

/** Settles when all of them are on-line and have told their version. */
export async function allOnline(operator: Operator, groups: readonly Group[]): Promise<void> {
  const until = Date.now() + 60_000;
  for (const { productKey, names } of groups) {
    while ((await operator.onlineDevices(productKey)) < names.length) {
      if (Date.now() > until) throw new Error(`Not every device of ${productKey} is on-line with a version after a minute.`);
      await delay(500);
    }
  }
}

/** Upgrades the devices of a group, and settles when the batch has ended. */
export async function runBatch(
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

function throughputOf(tasks: readonly TaskOutcome[]): Pick<Burst, 'perSecond' | 'seconds' | 'perSecondMiddle'> {
  const pushes = tasks.flatMap(({ notifiedAt }) => notifiedAt ?? []);
  const successes = tasks.flatMap(({ status, endedAt }) => (status === 'SUCCEEDED' && endedAt !== null ? [endedAt] : []));
  const seconds =
    (successes.reduce((a, b) => Math.max(a, b), 0) - pushes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)) / 1_000;
  return { perSecond: successes.length / seconds, seconds, perSecondMiddle: middleRate(successes) };
}

function shares(used: Record<ProcessName, MeteredPart>, count: number): Pick<Burst, 'cpuMs' | 'peakBytes'> {
  const each = (of: (part: MeteredPart) => number) =>
    Object.fromEntries(PROCESSES.map((name) => [name, of(used[name])])) as Record<ProcessName, number>;
  return { cpuMs: each(({ cpuMs }) => cpuMs / count), peakBytes: each(({ peakBytes }) => peakBytes) };
}

export function byStatus(tasks: readonly TaskOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of tasks) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
