import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let packageId: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.ask('mutation { createProduct(input: { key: "halts", name: "Meters" }) { product { key } } }');
  await api.ask(
    'mutation { registerDevices(input: { productKey: "halts", devices: [{ deviceName: "meter-1" }] }) { devices { secret } } }',
  );
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey: 'halts', name: 'fw_2', version: '2.0.0' })) form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const headers = { authorization: `Bearer ${api.keys.operator}` };
  packageId = ((await (await fetch(`${api.url}/packages`, { method: 'POST', body: form, headers })).json()) as { id: string }).id;
});
afterAll(() => api.stop());

const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { policy { halt { failedPercent failedCount minimumFinished } } } userErrors { code field } } }`;
const create = async (halt?: object) =>
  (await api.ask(CREATE, { input: { packageId, scope: { all: true }, pushRate: { perMinute: 60 }, halt } })).data.createStaticBatch;

test('R-BAT-24 a batch shows the failure threshold it was created with', async () => {
  const halt = { failedPercent: 5, failedCount: null, minimumFinished: 100 };
  expect(await create({ failedPercent: 5, minimumFinished: 100 })).toEqual({ batch: { policy: { halt } }, userErrors: [] });
  expect(await create()).toEqual({ batch: { policy: { halt: null } }, userErrors: [] });
});

test('R-BAT-24 a threshold that names neither share nor number is refused', async () => {
  expect(await create({ minimumFinished: 100 })).toEqual({ batch: null, userErrors: [{ code: 'REQUIRED', field: 'halt' }] });
});
