import { setTimeout as delay } from 'node:timers/promises';
import { type FleetProcess, startFleetProcess } from '../test/support/devices/fleet-client';
import { DemoError } from './demo-error';
import { SOURCE_VERSION } from './firmware';
import { behavioursOf, type PlannedDevice } from './fleet-plan';
import type { Timing } from './timing';

/** Unhurried enough to be watched. */
const PACING = { downloadMs: 3_000, installMs: 600, rebootMs: 1_200 };

export interface DemoFleetOptions {
  mqttUrl: string;
  productKey: string;
  plan: readonly PlannedDevice[];
  secrets: ReadonlyMap<string, string>;
}

/** The virtual devices, in a process of their own; all that don't begin off-line are connected when this settles. */
export async function startDemoFleet({ mqttUrl, productKey, plan, secrets }: DemoFleetOptions): Promise<FleetProcess> {
  const devices = plan.map((device) => ({
    productKey,
    dialect: device.dialect,
    deviceName: device.deviceName,
    secret: secrets.get(device.deviceName) ?? '',
    version: SOURCE_VERSION,
    behaviours: behavioursOf(device),
  }));
  const fleet = await startFleetProcess({ mqttUrl, devices, pacing: PACING }, { reported: [] });
  const [first] = fleet.start.failed;
  if (!first) return fleet;
  await fleet.stop();
  throw new DemoError(`${fleet.start.failed.length} devices could not connect; ${first.deviceName}: ${first.message}`);
}

/** Brings the devices that are off-line on-line, one after the other. */
export async function bringOnline(
  fleet: FleetProcess,
  plan: readonly PlannedDevice[],
  { firstOnlineMs, nextOnlineMs }: Timing,
  signal: AbortSignal,
  onOnline: (deviceName: string) => void,
): Promise<void> {
  await delay(firstOnlineMs, undefined, { signal });
  for (const { deviceName, offline } of plan) {
    if (!offline) continue;
    await fleet.comeOnline([deviceName]);
    onOnline(deviceName);
    await delay(nextOnlineMs, undefined, { signal });
  }
}
