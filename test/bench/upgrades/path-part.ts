import { setTimeout as delay } from 'node:timers/promises';
import { startFleetProcess } from '../../support/devices/fleet-client';
import type { Pacing } from '../../support/devices/upgrade-host';
import { createApiClient } from '../api-client';
import type { BenchOptions, BenchScope } from '../benchmark';
import { allOnline, type Burst, byStatus, type Group, groupOf, HIGHEST_RATE, measureBurst, runBatch } from './burst';
import { createOperator } from './operator';
import { type PacingResult, pacingOf } from './pacing';
import { startPlatformProcess } from './platform-client';
import { FIRST_VERSION, type Latencies, watchTasks } from './watch';

/** Nothing is downloaded, and the new version is reported on the same connection: what is left is the platform's own work. */
export const PACING: Pacing = { skipDownload: true, stepsReported: [50, 100], installMs: 0, rebootMs: null };
const WARM_UP = 100;
const PACED_SECONDS = 20;

export interface PathPart extends Burst {
  latencies: Latencies;
}

export interface PacedPart {
  pacing: PacingResult;
  latencies: Latencies;
  tasks: Record<string, number>;
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
  const burst = await measureBurst({ platform, operator, watch, fleetPid: fleet.pid, broken: broken.signal }, groups.burst);
  const path: PathPart = { ...burst, latencies: watch.latencies('burst') };
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
