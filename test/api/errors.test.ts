import type { Core } from '../../core/core';
import { startTestApi, type TestApi } from './support/test-api';

const SECRET = 'connection to mongodb://user:password@db:27017 failed';
const broken = (core: Core): Core => ({
  ...core,
  products: {
    ...core.products,
    get: () => Promise.reject(new Error(SECRET)),
    create: () => Promise.reject(new Error(SECRET)),
  },
});

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ replace: broken, ready: async () => 'the engine is away' });
});
afterAll(() => api.stop());
beforeEach(() => {
  api.logged.length = 0;
});

const CREATE = 'mutation { createProduct(input: { name: "Meters" }) { product { key } userErrors { code } } }';

test.each([
  ['query', '{ product(key: "a") { key } }'],
  ['mutation', CREATE],
])('R-UI-1 what goes wrong inside in a %s is masked with an id, and the log has the id with the error', async (_kind, query) => {
  const { errors } = await api.ask(query);
  expect(errors).toHaveLength(1);
  expect(JSON.stringify(errors)).not.toContain('password');
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'INTERNAL', id: expect.any(String) } });
  expect(api.logged).toEqual([{ err: expect.objectContaining({ message: SECRET }), errorId: errors?.[0]?.extensions.id }]);
});

test('R-UI-1 over the WebSocket it is masked as well', async () => {
  const results = [];
  for await (const result of api.socket().iterate({ query: '{ product(key: "a") { key } }' })) results.push(result);
  expect(JSON.stringify(results)).not.toContain('password');
  expect(results[0]?.errors?.[0]?.extensions).toMatchObject({ code: 'INTERNAL', id: api.logged[0]?.errorId });
});

test('R-UI-1 a role that may not is told so in a GraphQL error, not in userErrors', async () => {
  const { data, errors } = await api.ask(
    'mutation { registerDevices(input: { productKey: "a", devices: [] }) { userErrors { code } } }',
    {},
    api.keys.viewer,
  );
  expect(data).toBeNull();
  expect(errors?.[0]?.extensions.code).toBe('NOT_ALLOWED');
  expect(api.logged).toEqual([]);
});

test.each([
  ['a field that is none', '{ nothing }', {}],
  ['what is no document', '{ viewer', {}],
  [
    'a value of the wrong type',
    'query ($first: Int) { products(first: $first) { pageInfo { hasNextPage } } }',
    { first: 'x'.repeat(5_000) },
  ],
])('R-UI-1 %s is the caller’s mistake: explained, in bounded words, and not logged', async (_name, query, variables) => {
  const { status, errors } = await api.ask(query, variables);
  expect(status).toBe(400);
  expect(errors?.[0]?.extensions.code).toMatch(/^(GRAPHQL_VALIDATION_FAILED|GRAPHQL_PARSE_FAILED|BAD_USER_INPUT)$/);
  expect(errors?.[0]?.message.length).toBeLessThan(1_100);
  expect(api.logged).toEqual([]);
});

test('R-UI-1 a body that is no JSON is answered without a page of HTML', async () => {
  const response = await fetch(api.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${api.keys.viewer}` },
    body: '{',
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test('R-UI-1 readiness says what is missing', async () => {
  const response = await fetch(`${api.url}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.text()).toBe('the engine is away\n');
});
