import { type PackageOnApi, packageOnApi } from './support/package-on-api';

let on: PackageOnApi;
beforeAll(async () => {
  on = await packageOnApi();
});
afterAll(() => on.api.stop());

const CREATE = 'mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) { batch { id } } }';
const UPDATE = `mutation ($input: UpdateBatchInput!) { updateBatch(input: $input) {
  batch { policy { pushRate { perMinute } tags { key value } } rate { asked } edits { by fields } } userErrors { code field } } }`;
async function created(): Promise<string> {
  const { data } = await on.api.ask(CREATE, { input: { packageId: on.packageId, scope: { all: true }, pushRate: { perMinute: 60 } } });
  return (data.createStaticBatch as { batch: { id: string } }).batch.id;
}
const update = async (input: object) => (await on.api.ask(UPDATE, { input })).data.updateBatch;
const variable = { base: 50, factor: 2, maximum: 100, threshold: 'NOTIFIED', thresholdCount: 10 };

test('R-BAT-16 a batch takes another rate and other tags, and shows who changed what', async () => {
  const batchId = await created();
  const tags = [{ key: 'wave', value: '2' }];
  expect(await update({ batchId, pushRate: { perMinute: 120 }, tags })).toEqual({
    batch: {
      policy: { pushRate: { perMinute: 120 }, tags },
      rate: { asked: 120 },
      edits: [{ by: expect.any(String), fields: ['PUSH_RATE', 'TAGS'] }],
    },
    userErrors: [],
  });
  expect(await update({ batchId, tags: [] })).toMatchObject({ batch: { policy: { pushRate: { perMinute: 120 }, tags: [] } } });
});

test.each<[string, object, string, string]>([
  ['constant to variable', { pushRate: { variable } }, 'RATE_KIND_FIXED', 'pushRate'],
  ['a rate of 10,001', { pushRate: { perMinute: 10_001 } }, 'OUT_OF_RANGE', 'pushRate.perMinute'],
  ['a rate without a kind', { pushRate: {} }, 'REQUIRED', 'pushRate'],
  ['a value of 1,025 characters', { tags: [{ key: 'a', value: 'x'.repeat(1_025) }] }, 'TAG_VALUE', 'tags.0.value'],
])('R-BAT-16 %s is refused, naming the field of the input', async (_name, edit, code, field) => {
  expect(await update({ batchId: await created(), ...edit })).toEqual({ batch: null, userErrors: [{ code, field }] });
});

test('R-BAT-16 a batch that has ended is refused', async () => {
  const batchId = await created();
  await on.api.store.collections.batches.updateOne({ _id: batchId }, { $set: { status: 'FINISHED' } });
  expect(await update({ batchId, pushRate: { perMinute: 120 } })).toEqual({
    batch: null,
    userErrors: [{ code: 'BATCH_STATE', field: 'batchId' }],
  });
});
