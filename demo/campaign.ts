import { randomBytes } from 'node:crypto';
import { CreateProductDocument, CreateStaticBatchDocument, RegisterDevicesDocument, type UpdraftClient, unwrap } from '@updraft/client';
import type { Dialect } from '../schema/model/protocol/dialect';
import { AWAKE_SECONDS } from './lwm2m-plan';

/** Devices a call, which the API takes at most. */
const PORTION = 1_000;
const KEY_BYTES = 32;

/** A product of its own for each demo, so that demos on the same data don't meet. */
export async function createDemoProduct(api: UpdraftClient): Promise<string> {
  const key = `demo${randomBytes(6).toString('hex')}`;
  const name = `Demo meters ${new Date().toISOString().slice(0, 16).replace('T', ' ')}`;
  unwrap(await api.mutate(CreateProductDocument, { input: { key, name, plainCoap: true, awakeSeconds: AWAKE_SECONDS } }));
  return key;
}

export interface NewDevice {
  deviceName: string;
  dialect: Dialect;
  /** Of one that has an endpoint name. */
  lwm2m: { secure: boolean } | null;
}

/** What a device signs in with. */
export interface Credentials {
  secret: string | null;
  /** The key in hex. */
  psk: { identity: string; key: string } | null;
}

/** Endpoint names are unique in the whole installation, and device names in their product only. */
export const endpointOf = (productKey: string, deviceName: string): string => `${productKey}.${deviceName}`;

/** By device name. The platform makes no keys for a product whose devices need none, so they are made here. */
export async function registerDevices(
  api: UpdraftClient,
  productKey: string,
  wanted: readonly NewDevice[],
): Promise<Map<string, Credentials>> {
  const credentials = new Map<string, Credentials>();
  const inputOf = ({ deviceName, dialect, lwm2m }: NewDevice) => {
    if (!lwm2m) return { deviceName, dialect };
    const endpoint = endpointOf(productKey, deviceName);
    const psks = lwm2m.secure ? [{ identity: endpoint, key: randomBytes(KEY_BYTES).toString('hex') }] : [];
    credentials.set(deviceName, { secret: null, psk: psks[0] ?? null });
    return { deviceName, dialect, lwm2m: { endpoint, psks } };
  };
  for (let at = 0; at < wanted.length; at += PORTION) {
    const devices = wanted.slice(at, at + PORTION).map(inputOf);
    const { registerDevices: registered } = unwrap(await api.mutate(RegisterDevicesDocument, { input: { productKey, devices } }));
    for (const { secret, device } of registered.devices ?? []) {
      credentials.set(device.deviceName, { psk: null, ...credentials.get(device.deviceName), secret });
    }
  }
  return credentials;
}

export interface DemoBatch {
  packageId: string;
  perMinute: number;
  maxRetries: number;
  timeoutMinutes: number;
}

/** Gives the batch's id. */
export async function createBatch(api: UpdraftClient, { packageId, perMinute, maxRetries, timeoutMinutes }: DemoBatch): Promise<string> {
  const input = { packageId, scope: { all: true }, pushRate: { perMinute }, retry: { intervalMinutes: 0, maxRetries }, timeoutMinutes };
  const { createStaticBatch } = unwrap(await api.mutate(CreateStaticBatchDocument, { input }));
  return createStaticBatch.batch?.id ?? '';
}
