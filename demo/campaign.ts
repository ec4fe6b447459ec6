import { randomBytes } from 'node:crypto';
import type { Dialect } from '../schema/model/protocol/dialect';
import type { ApiClient } from './api-client';

const PRODUCT = `mutation ($input: CreateProductInput!) {
  createProduct(input: $input) { product { key } userErrors { code field message hint } }
}`;
const DEVICES = `mutation ($input: RegisterDevicesInput!) {
  registerDevices(input: $input) { devices { secret device { deviceName } } userErrors { code field message hint } }
}`;
const BATCH = `mutation ($input: CreateStaticBatchInput!) {
  createStaticBatch(input: $input) { batch { id } userErrors { code field message hint } }
}`;
/** Devices a call, which the API takes at most. */
const PORTION = 1_000;

/** A product of its own for each demo, so that demos on the same data don't meet. */
export async function createDemoProduct(api: ApiClient): Promise<string> {
  const key = `demo${randomBytes(6).toString('hex')}`;
  const name = `Demo meters ${new Date().toISOString().slice(0, 16).replace('T', ' ')}`;
  await api.call(PRODUCT, { input: { key, name } });
  return key;
}

export interface NewDevice {
  deviceName: string;
  dialect: Dialect;
}

/** The secrets by device name. */
export async function registerDevices(api: ApiClient, productKey: string, wanted: readonly NewDevice[]): Promise<Map<string, string>> {
  const secrets = new Map<string, string>();
  for (let at = 0; at < wanted.length; at += PORTION) {
    const devices = wanted.slice(at, at + PORTION).map(({ deviceName, dialect }) => ({ deviceName, dialect }));
    const registered = await api.call<{ devices: { secret: string; device: { deviceName: string } }[] }>(DEVICES, {
      input: { productKey, devices },
    });
    for (const { secret, device } of registered.devices) secrets.set(device.deviceName, secret);
  }
  return secrets;
}

export interface DemoBatch {
  packageId: string;
  perMinute: number;
  maxRetries: number;
  timeoutMinutes: number;
}

/** Gives the batch's id. */
export async function createBatch(api: ApiClient, { packageId, perMinute, maxRetries, timeoutMinutes }: DemoBatch): Promise<string> {
  const { batch } = await api.call<{ batch: { id: string } }>(BATCH, {
    input: { packageId, scope: { all: true }, pushRate: { perMinute }, retry: { intervalMinutes: 0, maxRetries }, timeoutMinutes },
  });
  return batch.id;
}
