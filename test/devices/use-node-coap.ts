import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Habits } from '../support/devices/lwm2m/habits';
import type { Lwm2mDeviceDescription, Lwm2mDeviceSettings } from '../support/devices/lwm2m/lwm2m-description';
import { Lwm2mDevice } from '../support/devices/lwm2m/lwm2m-device';
import { writeFirmwareImage } from '../support/firmware-image';
import { type NodeCoapServer, startNodeCoapServer } from './node-coap-server';

const QUICK = { ackTimeoutMs: 200 };

/** Virtual LwM2M devices and a server on node-coap, for the tests of one file. */
export function useNodeCoap() {
  let server: NodeCoapServer;
  let directory: string;
  let image: Buffer;
  const devices: Lwm2mDevice[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'updraft-lwm2m-'));
    image = readFileSync((await writeFirmwareImage(join(directory, 'image'), 20_000, { version: '2.0.0' })).path);
  });
  afterAll(() => rm(directory, { recursive: true }));
  beforeEach(async () => {
    server = await startNodeCoapServer();
    server.file = image;
  });
  afterEach(async () => {
    for (const device of devices.splice(0)) await device.stop();
    server.close();
  });

  return {
    get server() {
      return server;
    },
    /** What the server serves, of version 2.0.0. */
    get image() {
      return image;
    },
    async started(
      habits: Partial<Habits> = {},
      more: Partial<Lwm2mDeviceDescription> = {},
      port = server.port,
      settings: Partial<Lwm2mDeviceSettings> = {},
    ) {
      const description = { dialect: 'LWM2M' as const, deviceName: 'd1', version: '1.0.0', habits: { ...QUICK, ...habits }, ...more };
      const device = new Lwm2mDevice(description, {
        server: `coap://127.0.0.1:${port}`,
        pull: { retryMs: 1 },
        reconnectMs: 1,
        ...settings,
      });
      devices.push(device);
      await device.start();
      return device;
    },
    write: (uri: string) =>
      server.ask({ method: 'PUT', pathname: '/5/0/1', options: { 'Content-Format': 'text/plain' } }, Buffer.from(uri)),
    fileUri: (port = server.port) => `coap://127.0.0.1:${port}/f/7Qk2`,
    /** State and result, each time that one of them changes. */
    statesOf(device: Lwm2mDevice) {
      const seen: [number, number][] = [];
      device.on('state', ({ state, result }) => seen.push([state, result]));
      return seen;
    },
  };
}
