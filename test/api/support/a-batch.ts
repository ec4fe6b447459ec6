import { administrator } from '../../support/core-parts';
import type { TestApi } from './test-api';

/** A batch that runs, of a product of its own with one device, without tasks. */
export async function aBatch(api: TestApi, productKey: string): Promise<string> {
  await api.core.products.create(administrator, { key: productKey, name: 'Meters' });
  await api.core.devices.register(administrator, productKey, [{ deviceName: 'meter-1' }]);
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey, name: 'firmware', version: '2.0.0' })) form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const headers = { authorization: `Bearer ${api.keys.operator}` };
  const { id } = (await (await fetch(`${api.url}/packages`, { method: 'POST', body: form, headers })).json()) as { id: string };
  const batch = await api.core.batches.createStatic(administrator, {
    packageId: id,
    scope: { kind: 'all' },
    policy: { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null },
  });
  await api.store.collections.batches.updateOne({ _id: batch._id }, { $set: { status: 'RUNNING' } });
  return batch._id;
}
