import { downloadSecret } from '../../../core/downloads/download-secret';
import { createDownloadUrls } from '../../../core/downloads/download-token';
import { taskIdOf } from '../../../schema/model/ids';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';
import { connectStore, type Store } from '../../../schema/mongo/connect';
import type { ApiClient } from '../api-client';
import { createOperator } from '../upgrades/operator';
import type { PlatformProcess } from '../upgrades/platform-client';

const SELECTED_WITHIN_MS = 60_000;

export interface Assigned {
  productKey: string;
  packageId: string;
  batchId: string;
  /** By device name. */
  secrets: Map<string, string>;
}

/** A package, and as many devices with an unfinished task of it; none of them is connected. */
export async function assign(
  api: ApiClient,
  productKey: string,
  devices: number,
  file: Buffer,
  downloadProtocol: 'HTTPS' | 'MQTT',
): Promise<Assigned> {
  const operator = createOperator(api);
  await operator.createProduct(productKey);
  const names = Array.from({ length: devices }, (_, index) => `device-${index}`);
  const secrets = await operator.registerDevices(productKey, names);
  const packageId = await api.upload({ productKey, name: 'firmware_2', version: '2.0.0' }, file);
  const batchId = await operator.createBatch(packageId, 10_000, { downloadProtocol });
  await operator.selected(batchId, devices, SELECTED_WITHIN_MS);
  return { productKey, packageId, batchId, secrets };
}

/** As if the devices of its tasks had been notified: until then they may not have the file. */
async function notified({ collections }: Store, { batchId }: Assigned): Promise<void> {
  const now = new Date();
  await collections.tasks.updateMany(
    { batchId, status: 'QUEUED' },
    { $set: { status: 'NOTIFIED', notifiedAt: now, firstNotifiedAt: now, offerAt: null } },
  );
}

/** Paths with a token for each device's task: those that a notification would carry. */
export async function pathsOf(platform: PlatformProcess, assigned: Assigned): Promise<string[]> {
  const { productKey, batchId, secrets } = assigned;
  const store = await connectStore(platform.mongoUri, { dbName: 'updraft' });
  try {
    await notified(store, assigned);
    const settings = { limits: DEFAULT_LIMITS, publicBaseUrl: platform.apiUrl };
    const urls = createDownloadUrls({ settings, secret: await downloadSecret(store.collections), clock: () => new Date() });
    const minted = [...secrets.keys()].map((name) =>
      urls.mintUrl({ _id: taskIdOf(batchId, `${productKey}.${name}`), attempt: 1 }, 0, 'fw.bin'),
    );
    return (await Promise.all(minted)).map((url) => new URL(url).pathname);
  } finally {
    await store.close();
  }
}

export async function streamIdOf(platform: PlatformProcess, assigned: Assigned): Promise<number> {
  const store = await connectStore(platform.mongoUri, { dbName: 'updraft' });
  try {
    await notified(store, assigned);
    return (await store.collections.packages.findOne({ _id: assigned.packageId }))?.streamId ?? 0;
  } finally {
    await store.close();
  }
}
