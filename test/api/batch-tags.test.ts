import { type PackageOnApi, packageOnApi } from './support/package-on-api';

let on: PackageOnApi;
beforeAll(async () => {
  on = await packageOnApi();
});
afterAll(() => on.api.stop());

const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { policy { tags { key value } } } userErrors { code field } } }`;
const create = async (tags?: object[]) =>
  (await on.api.ask(CREATE, { input: { packageId: on.packageId, scope: { all: true }, pushRate: { perMinute: 60 }, tags } })).data
    .createStaticBatch;

test('R-BAT-17 a batch shows the tags it was created with, and none when there were none', async () => {
  const tags = [
    { key: 'site.name', value: 'Nord' },
    { key: '1', value: '' },
  ];
  expect(await create(tags)).toEqual({ batch: { policy: { tags } }, userErrors: [] });
  expect(await create()).toEqual({ batch: { policy: { tags: [] } }, userErrors: [] });
});

test.each([
  [
    '4,097 characters in sum',
    [1_021, 1_024, 1_024, 1_024].map((length, n) => ({ key: 'abcd'[n], value: 'x'.repeat(length) })),
    'TAGS_TOO_LONG',
    'tags',
  ],
  ['eleven of them', Array.from({ length: 11 }, (_, n) => ({ key: `k${n}`, value: '' })), 'TOO_MANY', 'tags'],
  ['a key with a slash', [{ key: 'a/b', value: '' }], 'TAG_KEY', 'tags.0.key'],
])('R-BAT-17 tags with %s are refused, naming the field of the input', async (_name, tags, code, field) => {
  expect(await create(tags)).toEqual({ batch: null, userErrors: [{ code, field }] });
});
