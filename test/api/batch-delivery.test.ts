import { operator } from '../support/core-parts';
import { type PackageOnApi, packageOnApi } from './support/package-on-api';

let on: PackageOnApi;
beforeAll(async () => {
  on = await packageOnApi();
});
afterAll(() => on.api.stop());

const CREATE = `mutation ($input: CreateStaticBatchInput!) { createStaticBatch(input: $input) {
  batch { id policy { delivery schemes } } userErrors { code field limit hint } } }`;
const create = async (input: object) =>
  (await on.api.ask(CREATE, { input: { packageId: on.packageId, scope: { all: true }, pushRate: { perMinute: 60 }, ...input } })).data
    .createStaticBatch;

test.each<[string, object, object]>([
  ['what it was created with', { delivery: 'PUSH', schemes: ['HTTP'] }, { delivery: 'PUSH', schemes: ['HTTP'] }],
  ['each scheme once', { schemes: ['HTTP', 'HTTP'] }, { delivery: 'ANY', schemes: ['HTTP'] }],
  ['that all is allowed when nothing was said', {}, { delivery: 'ANY', schemes: null }],
])('R-FLOW-3 a batch shows how it brings a package to LwM2M devices: %s', async (_name, input, policy) => {
  expect(await create(input)).toEqual({ batch: { id: expect.any(String), policy }, userErrors: [] });
});

test('R-FLOW-3 what the installation serves may be asked for', async () => {
  expect((await on.api.ask('{ downloadSchemes }')).data).toEqual({ downloadSchemes: ['HTTP'] });
});

test('R-FLOW-3 a scheme that the installation does not serve is refused, with what there is', async () => {
  expect(await create({ schemes: ['COAPS'] })).toEqual({
    batch: null,
    userErrors: [{ code: 'DOWNLOAD_SCHEME', field: 'schemes.0', limit: 'http', hint: expect.stringContaining('Choose of http') }],
  });
});

test('R-FLOW-3 a repeated call with another delivery is another batch’s', async () => {
  const first = await create({ idempotencyKey: 'once', delivery: 'PULL' });
  expect(await create({ idempotencyKey: 'once', delivery: 'PULL' })).toEqual(first);
  expect(await create({ idempotencyKey: 'once', delivery: 'PUSH' })).toMatchObject({
    batch: null,
    userErrors: [{ code: 'IDEMPOTENCY_MISMATCH' }],
  });
});

test('R-FLOW-7 a batch and its preview say why LwM2M devices are passed over', async () => {
  await on.api.core.devices.register(operator, 'meters', [{ deviceName: 'cell-1', dialect: 'LWM2M' }]);
  const fields = 'selection { skippedDialect skippedDialectReason }';
  const preview = async (input: object) =>
    (
      await on.api.ask(`query ($input: CreateStaticBatchInput!) { previewBatch(input: $input) { preview { ${fields} } } }`, {
        input: { packageId: on.packageId, scope: { all: true }, pushRate: { perMinute: 60 }, ...input },
      })
    ).data.previewBatch;
  const skippedDialectReason = 'LwM2M takes one file of the module default, and not over MQTT: the batch downloads over MQTT';
  expect(await preview({})).toEqual({ preview: { selection: { skippedDialect: 0, skippedDialectReason: null } } });
  expect(await preview({ downloadProtocol: 'MQTT' })).toEqual({ preview: { selection: { skippedDialect: 1, skippedDialectReason } } });
});
