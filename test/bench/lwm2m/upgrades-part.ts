import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceDescription } from '../../support/devices/fleet';
import { startFleetProcess } from '../../support/devices/fleet-client';
import type { Pacing } from '../../support/devices/upgrade-host';
import { type ApiClient, createApiClient } from '../api-client';
import type { BenchScope } from '../benchmark';
import { allOnline, type Burst, type Group, groupOf, HIGHEST_RATE, measureBurst, runBatch } from '../upgrades/burst';
import { type HistoryCounts, historyCounts } from '../upgrades/engine-counts';
import { createOperator } from '../upgrades/operator';
import { PACING } from '../upgrades/path-part';
import { startPlatformProcess } from '../upgrades/platform-client';
import { FIRST_VERSION, watchTasks } from '../upgrades/watch';
import type { CoapPlatform } from './subject';

export interface UpgradesMeasure {
  devices: number;
  /** Upgrades of Link devices, of LwM2M devices without object 4, and of LwM2M devices in radio cells, in this order. */
  link: Burst;
  lwm2m: Burst;
  inCells: Burst;
  /** Of upgrades that take so long that timers fire meanwhile. */
  slow: HistoryCounts;
}

const WARM_UP = 50;
const TARGET_VERSION = '2.0.0';
/** So few that none waits for a cell slot. */
const CELL_DEVICES = 10;
const FIRST_CELL = 5_001;

interface Kind {
  dialect: 'LINK' | 'LWM2M';
  cells?: true;
}
const KINDS = {
  link: { dialect: 'LINK' },
  lwm2m: { dialect: 'LWM2M' },
  inCells: { dialect: 'LWM2M', cells: true },
} as const satisfies Record<string, Kind>;
type KindName = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as KindName[];

/** Upgrades of both dialects one after the other at one platform: nothing is downloaded, and the new version is there at once. */
export async function upgradesPart(platform: CoapPlatform, api: ApiClient, count: number, scope: BenchScope): Promise<UpgradesMeasure> {
  const operator = createOperator(api);
  const groups = NAMES.flatMap((kind) => [
    { kind, warm: true, group: groupOf(`${kind}Warm`, WARM_UP) },
    { kind, warm: false, group: groupOf(kind, count) },
  ]);
  const devices: DeviceDescription[] = [];
  for (const { kind, group } of groups) devices.push(...(await register(operator, group, KINDS[kind])));
  const broken = new AbortController();
  const watch = watchTasks(api, (error) => broken.abort(error));
  const fleet = await startFleetProcess(
    { mqttUrl: platform.mqttUrl, lwm2m: { server: platform.coapUrl, bareVersion: TARGET_VERSION }, pacing: PACING, devices },
    { onReports: (reports) => watch.onReports(reports), reported: ['problem'] },
  );
  const stop = scope.defer(() => fleet.stop());
  const [failed] = fleet.start.failed;
  if (failed) throw new Error(`${failed.deviceName} could not connect: ${failed.message}`);
  await allOnline(
    operator,
    groups.map(({ group }) => group),
  );
  const parts = { platform, operator, watch, fleetPid: fleet.pid, broken: broken.signal };
  for (const { group } of groups.filter(({ warm }) => warm)) await runBatch(operator, watch, group, HIGHEST_RATE, broken.signal);
  const bursts: Partial<Record<KindName, Burst>> = {};
  for (const { kind, group } of groups.filter(({ warm }) => !warm)) {
    scope.signal.throwIfAborted();
    await delay(2_000, undefined, { signal: scope.signal });
    scope.say(`    ${group.names.length} upgrades: ${kind}`);
    bursts[kind] = await measureBurst(parts, group);
  }
  await stop();
  watch.stop();
  return { devices: count, ...(bursts as Record<KindName, Burst>), slow: await slowHistories(scope) };
}

async function register(operator: ReturnType<typeof createOperator>, group: Group, { dialect, cells }: Kind): Promise<DeviceDescription[]> {
  const { productKey, names } = group;
  await operator.createProduct(productKey, dialect === 'LWM2M' ? { dialect, plainCoap: true } : {});
  const secrets = await operator.registerDevices(productKey, names);
  return names.map((deviceName, n): DeviceDescription => {
    const common = { deviceName, version: FIRST_VERSION };
    if (dialect === 'LINK') return { ...common, productKey, secret: secrets.get(deviceName) ?? '' };
    return { ...common, dialect, radio: cells ? { cellId: FIRST_CELL + Math.floor(n / CELL_DEVICES) } : null };
  });
}

/** A policy's minute: an upgrade is looked at every ten of these. */
const SHORT_MINUTE_MS = 400;
const SLOW_DEVICES = 10;
/** Three looks, and less than the half hour in which a result has to come. */
const SLOW_PACING: Pacing = { ...PACING, installMs: 28 * SHORT_MINUTE_MS };

/** Of a platform whose minutes are short: what an upgrade costs the engine that takes half an hour. */
async function slowHistories(scope: BenchScope): Promise<HistoryCounts> {
  const platform = await startPlatformProcess(scope, null, {
    UPDRAFT_DATA_DIR: join(scope.dataDir, 'slow'),
    UPDRAFT_COAP_PORT: '0',
    UPDRAFT_MINUTE_MS: String(SHORT_MINUTE_MS),
  });
  const api = createApiClient(platform.apiUrl, platform.key);
  const closeApi = scope.defer(() => api.close());
  const operator = createOperator(api);
  const group = groupOf('slow', SLOW_DEVICES);
  const devices = await register(operator, group, KINDS.lwm2m);
  const lwm2m = { server: platform.coapUrl ?? '', bareVersion: TARGET_VERSION };
  const fleet = await startFleetProcess({ lwm2m, pacing: SLOW_PACING, devices }, { reported: [] });
  const stopFleet = scope.defer(() => fleet.stop());
  const broken = new AbortController();
  const watch = watchTasks(api, (error) => broken.abort(error));
  await allOnline(operator, [group]);
  await runBatch(operator, watch, group, HIGHEST_RATE, broken.signal);
  const counts = await historyCounts(platform.temporalAddress, group.productKey);
  watch.stop();
  await stopFleet();
  await closeApi();
  await platform.stop();
  return counts;
}
