import { Readable } from 'node:stream';
import { grantOf } from '../../core/downloads/grant';
import { deviceIdOf } from '../../schema/model/ids';
import type { Registration } from '../../schema/model/registration/registration';
import { aNotifiedTask } from './builders';
import type { Lwm2mDeviceDescription } from './devices/lwm2m/lwm2m-description';
import { Lwm2mDevice } from './devices/lwm2m/lwm2m-device';
import { createDtlsClient } from './dtls/client';
import { ADMIN, startUpdraft, type Updraft } from './updraft';

export interface Psk {
  identity: string;
  /** Hex. */
  key: string;
}

export interface Lwm2mPlatform {
  updraft: Updraft;
  /** `coap://127.0.0.1:port` */
  coapUrl: string;
  coapsUrl: string;
  /** Of a product that allows plain CoAP. Registered, and nothing more; without keys unless some are given. */
  register(deviceName: string, psks?: Psk[]): Promise<void>;
  /** Registers and makes a virtual one, which its test starts. */
  device(description: Omit<Lwm2mDeviceDescription, 'dialect' | 'version'>, nat?: { port: number }): Promise<Lwm2mDevice>;
  registrationOf(deviceName: string): Promise<Registration | null>;
  /** Gives the device a task as it is after its notification; the path of its file, `/f/{token}`, the same with every scheme. */
  fileFor(deviceName: string, file: Buffer): Promise<string>;
  stop(): Promise<void>;
}

/** The real platform with what LwM2M devices come by, on free ports of this machine. */
export async function startLwm2mPlatform(overrides: Record<string, string> = {}): Promise<Lwm2mPlatform> {
  const updraft = await startUpdraft({ UPDRAFT_COAP_PORT: '0', UPDRAFT_COAPS_PORT: '0', ...overrides });
  const { core, productKey, platform, store } = updraft;
  const { coapUrl = '', coapsUrl = '' } = platform;
  await core.products.update(ADMIN, productKey, { plainCoap: true });
  const devices: Lwm2mDevice[] = [];
  let packages = 0;
  const idOf = (deviceName: string) => deviceIdOf(productKey, deviceName);

  async function register(deviceName: string, psks: Psk[] = []): Promise<void> {
    await core.devices.register(ADMIN, productKey, [{ deviceName, dialect: 'LWM2M', lwm2m: { psks } }]);
  }

  return {
    updraft,
    coapUrl,
    coapsUrl,
    register,
    async device(description, nat) {
      const { deviceName, psk } = description;
      await register(deviceName, psk ? [psk] : []);
      const server = new URL(psk ? coapsUrl : coapUrl);
      const device = new Lwm2mDevice(
        { dialect: 'LWM2M', version: '1.0.0', ...description },
        { server: `${server.protocol}//127.0.0.1:${nat?.port ?? server.port}`, reconnectMs: 20, pull: { retryMs: 20 } },
        undefined,
        createDtlsClient,
      );
      devices.push(device);
      return device;
    },
    registrationOf: (deviceName) => core.registrations.registrationOf(idOf(deviceName)),
    async fileFor(deviceName, file) {
      packages += 1;
      const version = `2.0.${packages}`;
      const { _id: packageId } = await core.packages.create(
        ADMIN,
        { productKey, name: `fw_${packages}`, version },
        { name: 'fw.bin', stream: Readable.from([file]) },
      );
      const task = aNotifiedTask({ productKey, deviceName, packageId, batchId: `batch${packages}`, targetVersion: version });
      await store.collections.tasks.insertOne(task);
      const device = await store.collections.devices.findOne({ _id: task.deviceId });
      const grant = device ? grantOf(device) : undefined;
      const { url } = await platform.parts.shortUrls.mint({ ...task, ...(grant !== undefined && { grant }) }, 0, 'http');
      return new URL(url).pathname;
    },
    async stop() {
      for (const device of devices) await device.stop();
      await updraft.stop();
    },
  };
}
