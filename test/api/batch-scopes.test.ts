import { Readable } from 'node:stream';
import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let packageId: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'scpA', name: 'Meters' });
  await api.core.devices.register(operator, 'scpA', [
    { deviceName: 'dev-1', region: { province: 'Bern', city: 'Thun' } },
    { deviceName: 'dev-2' },
  ]);
  const file = { name: 'fw.bin', stream: Readable.from([Buffer.from('image')], { objectMode: false }) };
  packageId = (await api.core.packages.create(operator, { productKey: 'scpA', name: 'meter_fw', version: '2.0.0' }, file))._id;
});
afterAll(() => api.stop());

async function create(scope: object): Promise<Record<string, unknown>> {
  const query = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
    batch { scope { all deviceNames region { province city } phased { percent seed } groupId listId } } userErrors { code field } } }`;
  const { data, errors } = await api.ask(query, { input: { packageId, scope, pushRate: { perMinute: 60 } } });
  if (errors) throw new Error(errors[0]?.message);
  return data.createStaticBatch as Record<string, unknown>;
}
const none = { all: false, deviceNames: null, region: null, phased: null, groupId: null, listId: null };

test('R-BAT-2 R-BAT-4 a batch shows the scope it was given', async () => {
  const region = { province: 'Bern', city: 'Thun' };
  expect(await create({ region })).toMatchObject({ batch: { scope: { ...none, region } }, userErrors: [] });
  const phased = { percent: 50, seed: 'first' };
  expect(await create({ phased })).toMatchObject({ batch: { scope: { ...none, phased } }, userErrors: [] });
  expect(await create({ phased: { percent: 1 } })).toMatchObject({
    batch: { scope: { phased: { seed: expect.stringMatching(/^\w{16}$/) } } },
  });
});

test('R-BAT-2 a scope names devices in exactly one way', async () => {
  const refused = { batch: null, userErrors: [{ code: 'REQUIRED', field: 'scope' }] };
  for (const scope of [
    {},
    { all: false },
    { all: true, phased: { percent: 1 } },
    { deviceNames: ['dev-1'], region: { province: 'a', city: 'b' } },
  ])
    expect(await create(scope)).toEqual(refused);
  expect(await create({ phased: { percent: 101 } })).toEqual({
    batch: null,
    userErrors: [{ code: 'OUT_OF_RANGE', field: 'scope.phased.percent' }],
  });
});
