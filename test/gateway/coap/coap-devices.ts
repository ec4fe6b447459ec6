import type { Lwm2mDeviceDescription } from '../../support/devices/lwm2m/lwm2m-description';
import { Lwm2mDevice } from '../../support/devices/lwm2m/lwm2m-device';
import { createDtlsClient } from '../../support/dtls/client';
import { KEYS } from './fake-coap-core';

/** Virtual devices of the fake core, each with its key if it has one; they are stopped after each test. To be called before the file's own hooks. */
export function useCoapDevices() {
  const devices: Lwm2mDevice[] = [];
  afterEach(async () => {
    for (const device of devices.splice(0)) await device.stop();
  });
  return async (
    deviceName: string,
    settings: { server: string; reconnectMs?: number },
    more: Partial<Lwm2mDeviceDescription> = {},
  ): Promise<Lwm2mDevice> => {
    const key = KEYS[deviceName]?.toString('hex');
    const psk = key === undefined ? undefined : { identity: deviceName, key };
    const description = { dialect: 'LWM2M' as const, deviceName, version: '1.0.0', psk, ...more };
    const device = new Lwm2mDevice(description, settings, undefined, createDtlsClient);
    devices.push(device);
    await device.start();
    return device;
  };
}
