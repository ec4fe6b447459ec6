import { randomBytes } from 'node:crypto';
import type { Core } from '../../core/core';
import type { DeviceObserver } from './devices/device-events';
import { createFleet, type Fleet, type FleetSettings } from './devices/fleet';
import { CoapTimeout } from './devices/lwm2m/coap/coap-endpoint';
import type { Lwm2mDeviceDescription } from './devices/lwm2m/lwm2m-description';
import { patience } from './devices/patience';
import { createDtlsClient } from './dtls/client';
import { ADMIN } from './updraft-driver';

export interface Lwm2mFleetParts {
  core: Core;
  productKey: string;
  /** Where devices find their server. */
  coapUrl: string;
  coapsUrl: string;
}

/** With a key it speaks DTLS. Each begins at version 1.0.0 unless it says otherwise. */
export type Lwm2mFleetDevice = Omit<Lwm2mDeviceDescription, 'dialect' | 'endpoint' | 'psk' | 'version'> & {
  version?: string;
  secure?: boolean;
  /** Of a secure one. Default true. */
  connectionId?: boolean;
};

/** What passes between a device and its server takes no longer on this machine; the first is what a request waits before it is repeated. */
const QUICK = { ackTimeoutMs: patience(300) };

/** Endpoint names are unique in the whole installation. */
export const endpointOf = (productKey: string, deviceName: string): string => `${productKey}.${deviceName}`;

/** Registers LwM2M devices with a product that allows those without keys, and starts them; whoever begins off-line is started later. */
export async function startLwm2mFleet(
  { core, productKey, coapUrl, coapsUrl }: Lwm2mFleetParts,
  devices: readonly Lwm2mFleetDevice[],
  { awakeSeconds = 1, ...settings }: Partial<FleetSettings> & { awakeSeconds?: number } = {},
  observer?: DeviceObserver,
): Promise<Fleet> {
  await core.products.update(ADMIN, productKey, { plainCoap: true, awakeSeconds, ackTimeoutSeconds: 1 });
  const described = devices.map(({ secure = false, connectionId = true, habits, ...device }) => {
    const endpoint = endpointOf(productKey, device.deviceName);
    return {
      ...{ dialect: 'LWM2M' as const, version: '1.0.0', endpoint, ...device, habits: { ...QUICK, ...habits } },
      ...(secure && { psk: { identity: endpoint, key: randomBytes(16).toString('hex'), connectionId } }),
    };
  });
  await core.devices.register(
    ADMIN,
    productKey,
    described.map(({ deviceName, endpoint, psk }) => ({
      ...{ deviceName, dialect: 'LWM2M' as const },
      lwm2m: { endpoint, psks: psk ? [{ identity: psk.identity, key: psk.key }] : [] },
    })),
  );
  const fleet = createFleet(
    {
      ...{ pacing: { installMs: 10, rebootMs: 10 }, reconnectMs: 100, ...settings },
      lwm2m: { server: coapUrl, secureServer: coapsUrl, pull: { retryMs: 50 }, ...settings.lwm2m },
      devices: described,
      // All of them and their platform share a process.
      concurrency: 16,
    },
    observer,
    createDtlsClient,
  );
  const { failed } = await fleet.start();
  // Sixteen at once may be too many for this machine.
  for (const { deviceName } of failed) await startPersistently(fleet.any(deviceName));
  return fleet;
}

const TRIES = 10;

/** Real devices, too, register again when nobody has answered: a machine may be busy for longer than all repetitions take. */
async function startPersistently(device: { start(): Promise<void> }): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await device.start();
    } catch (error) {
      if (tries === TRIES || !(error instanceof CoapTimeout)) throw error;
    }
  }
}
