import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'devA', name: 'Meters' });
});
afterAll(() => api.stop());

const PEM = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----`;
const idempotencyKey = 'lost';

async function mutate(name: string, input: object, fields: string): Promise<Record<string, unknown>> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code field conflictingId } } }`;
  const { data, errors } = await api.ask(document, { input }, api.keys.administrator);
  if (errors) throw new Error(errors[0]?.message);
  return data[name] as Record<string, unknown>;
}

test.each([
  [
    'registerDevices',
    { productKey: 'devA', devices: [{ deviceName: 'dev-1' }, { deviceName: 'dev-2' }] },
    'devices { secret device { id } }',
  ],
  ['createProduct', { name: 'Valves' }, 'product { key }'],
  ['createGroup', { name: 'pilots' }, 'group { id }'],
  ['createDynamicGroup', { name: 'swiss', rule: { field: 'PRODUCT', values: ['devA'] } }, 'group { id }'],
  ['addSigningKey', { productKey: 'devA', name: 'line', publicKeyPem: PEM }, 'signingKey { name fingerprint }'],
  ['createApiKey', { name: 'line', role: 'OPERATOR' }, 'key apiKey { id }'],
  ['deleteDevices', { deviceIds: ['devA.dev-1'] }, 'deleted tasksEnded'],
])(
  'R-UI-1 R-DEV-6 %s again, because its answer was lost, gets the answer, and with another input a refusal',
  async (name, input, fields) => {
    const first = await mutate(name, { ...input, idempotencyKey }, fields);
    expect(first.userErrors).toEqual([]);
    expect(await mutate(name, { ...input, idempotencyKey }, fields)).toEqual(first);
    const [changed] = Object.keys(input).filter((key) => key === 'name' || key === 'deviceIds' || key === 'devices');
    const others: Record<string, unknown> = { deviceIds: ['devA.dev-2'], devices: [{ deviceName: 'dev-3' }], name: 'another' };
    const { userErrors } = await mutate(name, { ...input, [changed ?? '']: others[changed ?? ''], idempotencyKey }, fields);
    expect(userErrors).toEqual([{ code: 'IDEMPOTENCY_MISMATCH', field: 'idempotencyKey', conflictingId: null }]);
  },
);

test('R-UI-1 groups and products are deleted once, and by administrators what is a product', async () => {
  const { group } = (await mutate('createGroup', { name: 'gone' }, 'group { id }')) as { group: { id: string } };
  const deleted = { groupId: group.id, userErrors: [] };
  for (let times = 0; times < 2; times++)
    expect(await mutate('deleteGroup', { groupId: group.id, idempotencyKey }, 'groupId')).toEqual(deleted);
  const [full] = (await mutate('deleteProduct', { key: 'devA' }, 'key')).userErrors as { code: string }[];
  expect(full?.code).toBe('PRODUCT_NOT_EMPTY');
  await mutate('createProduct', { key: 'empty', name: 'Empty' }, 'product { key }');
  const asOperator = 'mutation { deleteProduct(input: { key: "empty" }) { key } }';
  expect((await api.ask(asOperator, {}, api.keys.operator)).errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_ALLOWED']);
  for (let times = 0; times < 2; times++)
    expect(await mutate('deleteProduct', { key: 'empty', idempotencyKey }, 'key')).toEqual({ key: 'empty', userErrors: [] });
});

test('R-UI-1 what exists already is named by its id', async () => {
  const devices = [{ deviceName: 'dev-2' }];
  expect(await mutate('registerDevices', { productKey: 'devA', devices }, 'devices { secret }')).toEqual({
    devices: null,
    userErrors: [{ code: 'DEVICE_EXISTS', field: 'devices[0].deviceName', conflictingId: 'devA.dev-2' }],
  });
});
