import { aTask } from '../support/builders';
import { type PackageOnApi, packageOnApi } from './support/package-on-api';

let on: PackageOnApi;
beforeAll(async () => {
  on = await packageOnApi();
});
afterAll(() => on.api.stop());

const PLATFORM = `query ($productKey: String, $from: DateTime) { platformSeries(productKey: $productKey, from: $from) {
  stepMinutes points { at pushed failed rate failures { failed cause { code recommendation } } } } }`;
const BATCH =
  'query ($id: ID!, $from: DateTime) { batch(id: $id) { series(from: $from) { from to stepMinutes points { pushed failed rate asked } } } }';

test('R-UI-3 a batch and the platform tell their numbers over time, failures with what to do', async () => {
  const { data } = await on.api.ask('mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) { batch { id } } }', {
    input: { packageId: on.packageId, scope: { all: true }, pushRate: { perMinute: 60 } },
  });
  const { id } = (data.createStaticBatch as { batch: { id: string } }).batch;
  await on.api.look();
  const now = new Date();
  const failed = { status: 'FAILED', active: false, cause: 'LOW_BATTERY', notifiedAt: now, firstNotifiedAt: now } as const;
  await on.api.store.collections.tasks.insertOne(aTask({ batchId: id, productKey: 'meters', ...failed }));
  // The next minute has come.
  await on.api.store.collections.settings.updateOne({ _id: 'series-claim' }, { $set: { value: new Date(0) } });
  await on.api.look();
  const batch = await on.api.ask(BATCH, { id }, on.api.keys.viewer);
  expect(batch.errors).toBeUndefined();
  const { series } = batch.data.batch as { series: { from: string; to: string; points: object[] } };
  expect(series).toMatchObject({ stepMinutes: 1 });
  expect(series.points.at(-1)).toEqual({ pushed: 1, failed: 1, rate: expect.any(Number), asked: 60 });
  for (const productKey of [null, 'meters']) {
    const { errors, data: answer } = await on.api.ask(PLATFORM, { productKey }, on.api.keys.viewer);
    expect(errors).toBeUndefined();
    const { points } = answer.platformSeries as { points: { failed: number; failures: object[] }[] };
    expect(points.reduce((sum, point) => sum + point.failed, 0)).toBe(1);
    expect(points.flatMap(({ failures }) => failures)).toEqual([
      { failed: 1, cause: { code: 'LOW_BATTERY', recommendation: expect.stringMatching(/\w/) } },
    ]);
  }
  expect((await on.api.ask(PLATFORM, { productKey: 'others' })).data).toMatchObject({ platformSeries: { points: [] } });
});

test.each([
  ['a time in the future', { from: '2999-01-01T00:00:00Z' }, 'OUT_OF_RANGE'],
  ['no time at all', { from: 'yesterday' }, 'BAD_USER_INPUT'],
])('R-UI-3 a range that begins with %s is refused', async (_name, variables, code) => {
  const { errors } = await on.api.ask(PLATFORM, variables);
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
});

test('R-UI-3 R-UI-4 a key of an app sees no series', async () => {
  const { data } = await on.api.ask(
    'mutation { createApiKey(input: { name: "app", role: APP, deviceIds: ["meters.meter-1"] }) { key } }',
    {},
    on.api.keys.administrator,
  );
  const { errors } = await on.api.ask(PLATFORM, {}, (data.createApiKey as { key: string }).key);
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_ALLOWED']);
});
