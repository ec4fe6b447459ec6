import { setTimeout as delay } from 'node:timers/promises';
import type { Dialect } from '../schema/model/protocol/dialect';
import type { DeviceDescription } from '../test/support/devices/fleet';
import { type FleetProcess, startFleetProcess } from '../test/support/devices/fleet-client';
import { type Credentials, endpointOf } from './campaign';
import { DemoError } from './demo-error';
import { SOURCE_VERSION, TARGET_VERSION } from './firmware';
import { behavioursOf, type PlannedDevice } from './fleet-plan';
import type { Timing } from './timing';

/** Unhurried enough to be watched. */
const PACING = { downloadMs: 3_000, installMs: 600, rebootMs: 1_200 };

export interface DemoFleetOptions {
  /** Where devices connect. */
  addresses: { mqttUrl: string; coapUrl?: string; coapsUrl?: string };
  productKey: string;
  plan: readonly PlannedDevice[];
  credentials: ReadonlyMap<string, Credentials>;
}

/** Virtual devices know no DTLS of their own. */
const DTLS_MODULE = require.resolve('../test/support/dtls/client');

/** The virtual devices, in a process of their own; all that don't begin off-line are connected when this settles. */
export async function startDemoFleet({ addresses, productKey, plan, credentials }: DemoFleetOptions): Promise<FleetProcess> {
  const devices = plan.map((device) => {
    const { deviceName, dialect, lwm2m } = device;
    const common = { deviceName, version: SOURCE_VERSION, behaviours: behavioursOf(device) };
    return DESCRIBE[dialect](common, { productKey, credentials: credentials.get(deviceName), lwm2m });
  });
  const { mqttUrl, coapUrl, coapsUrl } = addresses;
  if (plan.some(({ lwm2m }) => lwm2m !== null) && !(coapUrl && coapsUrl))
    throw new DemoError(
      'LwM2M devices come with and without DTLS: unset UPDRAFT_COAP_PORT and UPDRAFT_COAPS_PORT, or give --dialect link.',
    );
  const lwm2m = coapUrl === undefined ? undefined : { server: coapUrl, secureServer: coapsUrl, bareVersion: TARGET_VERSION };
  const fleet = await startFleetProcess({ mqttUrl, lwm2m, devices, pacing: PACING }, { reported: [], dtlsModule: DTLS_MODULE });
  const [first] = fleet.start.failed;
  if (!first) return fleet;
  await fleet.stop();
  throw new DemoError(`${fleet.start.failed.length} devices could not connect; ${first.deviceName}: ${first.message}`);
}

type Describe = (common: Pick<DeviceDescription, 'deviceName' | 'version' | 'behaviours'>, of: Described) => DeviceDescription;

interface Described extends Pick<PlannedDevice, 'lwm2m'> {
  productKey: string;
  credentials: Credentials | undefined;
}

const DESCRIBE: Record<Dialect, Describe> = {
  LINK: (common, { productKey, credentials }) => ({ ...common, dialect: 'LINK', productKey, secret: credentials?.secret ?? '' }),
  IOTDA: (common, { productKey, credentials }) => ({ ...common, dialect: 'IOTDA', productKey, secret: credentials?.secret ?? '' }),
  LWM2M: (common, { productKey, credentials, lwm2m }) => ({
    ...{ ...common, dialect: 'LWM2M', endpoint: endpointOf(productKey, common.deviceName) },
    ...{ client: lwm2m?.client, habits: lwm2m?.habits, psk: credentials?.psk ?? undefined },
    radio: { ...lwm2m?.radio, cellId: firstCellOf(productKey) + (lwm2m?.cell ?? 0) },
  }),
};

const MOST_CELLS = 512;

/** Cells of its own for each demo: in those of one that was broken off, its devices may still have the slots. */
const firstCellOf = (productKey: string): number => Number.parseInt(productKey.slice(-5), 16) * MOST_CELLS;

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
