import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let packageId: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.ask('mutation { createProduct(input: { key: "pulls", name: "Meters" }) { product { key } } }');
  await api.ask(
    'mutation { registerDevices(input: { productKey: "pulls", devices: [{ deviceName: "meter-1" }] }) { devices { secret } } }',
  );
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey: 'pulls', name: 'fw_2', version: '2.0.0' })) form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const headers = { authorization: `Bearer ${api.keys.operator}` };
  packageId = ((await (await fetch(`${api.url}/packages`, { method: 'POST', body: form, headers })).json()) as { id: string }).id;
});
afterAll(() => api.stop());

const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { policy { proactivePush pushRate { perMinute } } } userErrors { code field } } }`;
const create = async (more: object) =>
  (await api.ask(CREATE, { input: { packageId, scope: { all: true }, ...more } })).data.createStaticBatch;

test('R-BAT-7 without proactive push no rate has to be given, and none is shown', async () => {
  const policy = { proactivePush: false, pushRate: null };
  expect(await create({ proactivePush: false })).toEqual({ batch: { policy }, userErrors: [] });
});

test('R-BAT-7 with proactive push a rate has to be given', async () => {
  expect(await create({})).toEqual({ batch: null, userErrors: [{ code: 'REQUIRED', field: 'pushRate' }] });
  const policy = { proactivePush: true, pushRate: { perMinute: 60 } };
  expect(await create({ proactivePush: true, pushRate: { perMinute: 60 } })).toEqual({ batch: { policy }, userErrors: [] });
});
