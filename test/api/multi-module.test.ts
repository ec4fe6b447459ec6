import { type PackageOnApi, packageOnApi } from './support/package-on-api';

let on: PackageOnApi;
beforeAll(async () => {
  on = await packageOnApi();
});
afterAll(() => on.api.stop());

const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { id policy { multiModule overridePrevious } } userErrors { code field conflictingId } } }`;
const create = async (settings: object) =>
  (await on.api.ask(CREATE, { input: { packageId: on.packageId, scope: { all: true }, pushRate: { perMinute: 60 }, ...settings } })).data
    .createStaticBatch as { batch: { id: string; policy: object } | null; userErrors: object[] };

test('R-BAT-13 R-BAT-14 a batch shows whether it is multi-module; overriding is refused in it and beside it, naming it', async () => {
  expect(await create({ multiModule: true, overridePrevious: true })).toEqual({
    batch: null,
    userErrors: [{ code: 'MULTI_MODULE_OR_OVERRIDE', field: 'multiModule', conflictingId: null }],
  });
  const { batch } = await create({ multiModule: true });
  expect(batch?.policy).toEqual({ multiModule: true, overridePrevious: false });
  expect(await create({ overridePrevious: true })).toEqual({
    batch: null,
    userErrors: [{ code: 'MULTI_MODULE_OR_OVERRIDE', field: 'overridePrevious', conflictingId: batch?.id }],
  });
});
