import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let packageId: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.ask('mutation { createProduct(input: { key: "rates", name: "Meters" }) { product { key } } }');
  await api.ask(
    'mutation { registerDevices(input: { productKey: "rates", devices: [{ deviceName: "meter-1" }] }) { devices { secret } } }',
  );
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey: 'rates', name: 'fw_2', version: '2.0.0' })) form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const headers = { authorization: `Bearer ${api.keys.operator}` };
  packageId = ((await (await fetch(`${api.url}/packages`, { method: 'POST', body: form, headers })).json()) as { id: string }).id;
});
afterAll(() => api.stop());

const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { policy { pushRate { perMinute variable { base factor maximum threshold thresholdCount } } } rate { asked } }
  userErrors { code field } } }`;
const variable = { base: 50, factor: 2.5, maximum: 10_000, threshold: 'SUCCEEDED', thresholdCount: 1_000 };
const create = async (pushRate: object) =>
  (await api.ask(CREATE, { input: { packageId, scope: { all: true }, pushRate } })).data.createStaticBatch;

test('R-RATE-2 a batch with a variable rate shows its policy, and asks for the base at first', async () => {
  expect(await create({ variable })).toEqual({
    batch: { policy: { pushRate: { perMinute: null, variable } }, rate: { asked: 50 } },
    userErrors: [],
  });
});

test.each([
  ['both kinds', { perMinute: 60, variable }, 'REQUIRED', 'pushRate'],
  ['neither kind', {}, 'REQUIRED', 'pushRate'],
  ['a base above its maximum', { variable: { ...variable, maximum: 49 } }, 'RATE_BASE_ABOVE_MAXIMUM', 'pushRate.variable.base'],
  ['a factor of 1.1', { variable: { ...variable, factor: 1.1 } }, 'OUT_OF_RANGE', 'pushRate.variable.factor'],
  ['a threshold of 0', { variable: { ...variable, thresholdCount: 0 } }, 'OUT_OF_RANGE', 'pushRate.variable.thresholdCount'],
])('R-RATE-2 a push rate with %s is refused, naming the field of the input', async (_name, pushRate, code, field) => {
  expect(await create(pushRate)).toEqual({ batch: null, userErrors: [{ code, field }] });
});
