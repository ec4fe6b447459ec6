import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let packageId: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.ask('mutation { createProduct(input: { key: "plans", name: "Meters" }) { product { key } } }');
  await api.ask(
    'mutation { registerDevices(input: { productKey: "plans", devices: [{ deviceName: "meter-1" }] }) { devices { secret } } }',
  );
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey: 'plans', name: 'fw_2', version: '2.0.0' })) form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const headers = { authorization: `Bearer ${api.keys.operator}` };
  packageId = ((await (await fetch(`${api.url}/packages`, { method: 'POST', body: form, headers })).json()) as { id: string }).id;
});
afterAll(() => api.stop());

const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { status schedule { startAt endAt } } userErrors { code field } } }`;
const create = async (schedule: object) =>
  (await api.ask(CREATE, { input: { packageId, scope: { all: true }, pushRate: { perMinute: 60 }, schedule } })).data.createStaticBatch;
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

test('R-BAT-6 a batch with a schedule is SCHEDULED and shows its times', async () => {
  const schedule = { startAt: inHours(1), endAt: inHours(3) };
  expect(await create(schedule)).toEqual({ batch: { status: 'SCHEDULED', schedule }, userErrors: [] });
});

test('R-BAT-6 an end before the start is refused, naming the field of the input', async () => {
  const refused = { batch: null, userErrors: [{ code: 'SCHEDULE_OUT_OF_RANGE', field: 'schedule.endAt' }] };
  expect(await create({ startAt: inHours(2), endAt: inHours(1) })).toEqual(refused);
});
