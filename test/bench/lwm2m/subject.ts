import { downloadSecret } from '../../../core/downloads/download-secret';
import { generationsOf, grantOf } from '../../../core/downloads/grant';
import { createShortTokens } from '../../../core/downloads/short-token';
import { deviceIdOf, taskIdOf } from '../../../schema/model/ids';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';
import { connectStore, type Store } from '../../../schema/mongo/connect';
import type { ApiClient } from '../api-client';
import { assign } from '../downloads/subject';
import type { PlatformProcess } from '../upgrades/platform-client';
import type { CoapTarget } from './libcoap';

const PRODUCT = 'benchLwm2m';
/** Of all devices that have one: libcoap's client takes it as text. */
export const KEY = '0123456789abcdef';
const REGISTERED_AT_ONCE = 1_000;

const CREATE_PRODUCT = `mutation ($input: CreateProductInput!) {
  createProduct(input: $input) { product { key } userErrors { code message } } }`;
const REGISTER = `mutation ($input: RegisterDevicesInput!) {
  registerDevices(input: $input) { devices { device { deviceName } } userErrors { code field message } } }`;

export const createLwm2mProduct = (api: ApiClient): Promise<unknown> =>
  api.ask(CREATE_PRODUCT, { input: { key: PRODUCT, name: 'Benchmark LwM2M', dialect: 'LWM2M', plainCoap: true } });

/** Devices that are called after their number, and by that name to LwM2M. Those that are `secure` have a key, under their name; others none. */
export async function createDevices(api: ApiClient, prefix: string, count: number, secure: boolean): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(6, '0')}`);
  const key = Buffer.from(KEY).toString('hex');
  for (let at = 0; at < count; at += REGISTERED_AT_ONCE) {
    const devices = names
      .slice(at, at + REGISTERED_AT_ONCE)
      .map((name) => ({ deviceName: name, lwm2m: { endpoint: name, psks: secure ? [{ identity: name, key }] : [] } }));
    await api.ask(REGISTER, { input: { productKey: PRODUCT, devices } });
  }
  return names;
}

export type CoapPlatform = PlatformProcess & { coapUrl: string; coapsUrl: string };

/** What the devices ask for to download the file: over DTLS each as itself, with its own address. */
export interface Downloads {
  plain: CoapTarget[];
  secure: CoapTarget[];
}

/** `count` devices of both kinds with a task of a package, notified, and the addresses that their notifications would carry. */
export async function prepareDownloads(
  platform: CoapPlatform,
  api: ApiClient,
  name: string,
  file: Buffer,
  count: number,
): Promise<Downloads> {
  const plain = await createDevices(api, `${name}-plain`, count, false);
  const secure = await createDevices(api, `${name}-secure`, count, true);
  const batchId = await batchOf(api, name, file);
  const store = await connectStore(platform.mongoUri, { dbName: 'updraft' });
  try {
    await copyTask(store, batchId, [...plain, ...secure]);
    const tokens = createShortTokens({
      downloadTokens: store.collections.downloadTokens,
      settings: { limits: DEFAULT_LIMITS },
      secret: await downloadSecret(store.collections),
      clock: () => new Date(),
    });
    const generations = generationsOf(store.collections.devices);
    const urlsOf = (base: string, names: readonly string[]): Promise<string[]> =>
      Promise.all(
        names.map(async (device) => {
          const deviceId = deviceIdOf(PRODUCT, device);
          const grant = grantOf({ generations: await generations(deviceId) });
          const { token } = await tokens.issue({ _id: taskIdOf(batchId, deviceId), attempt: 1, grant }, 0);
          return `${base}/f/${token}`;
        }),
      );
    return {
      plain: (await urlsOf(platform.coapUrl, plain)).map((url) => ({ url })),
      secure: (await urlsOf(platform.coapsUrl, secure)).map((url, index) => ({ url, psk: { identity: secure[index] ?? '', key: KEY } })),
    };
  } finally {
    await store.close();
  }
}

/** A batch of one device that speaks Link: devices of a batch of their own would be asked and upgraded. */
const batchOf = async (api: ApiClient, name: string, file: Buffer): Promise<string> =>
  (await assign(api, `bench${name}`, 1, file, 'HTTPS')).batchId;

async function copyTask({ collections: { tasks } }: Store, batchId: string, names: readonly string[]): Promise<void> {
  const task = await tasks.findOne({ batchId });
  if (task === null) throw new Error(`The batch ${batchId} has no task.`);
  const now = new Date();
  const notified = { status: 'NOTIFIED', active: true, notifiedAt: now, firstNotifiedAt: now, offerAt: null, attempt: 1 } as const;
  await tasks.insertMany(
    names.map((deviceName) => {
      const deviceId = deviceIdOf(PRODUCT, deviceName);
      return { ...task, ...notified, _id: taskIdOf(batchId, deviceId), deviceId, deviceName, productKey: PRODUCT };
    }),
  );
}
