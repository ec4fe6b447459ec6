import { startTestApi, type TestApi } from './test-api';

export interface PackageOnApi {
  api: TestApi;
  packageId: string;
}

/** The API with a product, one device, and a package of version 2.0.0. */
export async function packageOnApi(): Promise<PackageOnApi> {
  const api = await startTestApi();
  await api.ask('mutation { createProduct(input: { key: "meters", name: "Meters" }) { product { key } } }');
  await api.ask(
    'mutation { registerDevices(input: { productKey: "meters", devices: [{ deviceName: "meter-1" }] }) { devices { secret } } }',
  );
  return { api, packageId: await sendPackage(api, { name: 'fw_2', version: '2.0.0' }) };
}

export async function sendPackage(api: TestApi, fields: Record<string, string>): Promise<string> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey: 'meters', ...fields })) form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const headers = { authorization: `Bearer ${api.keys.operator}` };
  return ((await (await fetch(`${api.url}/packages`, { method: 'POST', body: form, headers })).json()) as { id: string }).id;
}
