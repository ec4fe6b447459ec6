import { buildClientSchema, type GraphQLSchema, getIntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { bearerKey, connectionKey } from '../../api/access/bearer';
import { buildApiSchema } from '../../api/schema';
import { administrator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const closeOf = (params: object | undefined): Promise<number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: params })));
    socket.on('message', (text) => {
      if (JSON.parse(String(text)).type === 'connection_ack') socket.close(1000);
    });
    socket.on('close', (code) => resolve(code));
  });

test.each([
  ['no key', undefined],
  ['a wrong key', 'Bearer updraft_0000'],
  ['another scheme', 'Basic dXNlcjpwYXNz'],
])('R-UI-1 GraphQL over HTTP with %s is refused before its body is read', async (_name, authorization) => {
  const response = await fetch(api.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: '{ this is no JSON',
  });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_SIGNED_IN' } }] });
});

test('R-PKG-1 an upload without a key is refused, and nothing is kept', async () => {
  const form = new FormData();
  form.set('file', new Blob(['x'.repeat(100_000)]), 'fw.bin');
  const response = await fetch(`${api.url}/packages`, { method: 'POST', body: form });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ errors: [{ code: 'NOT_SIGNED_IN', hint: expect.stringContaining('Bearer') }] });
  expect(api.files.fileIds()).toEqual([]);
});

test('R-UI-1 a WebSocket without a good key is closed with 4401', async () => {
  expect(await closeOf(undefined)).toBe(4401);
  expect(await closeOf({ authorization: 'Bearer updraft_0000' })).toBe(4401);
  expect(await closeOf({ apiKey: 7 })).toBe(4401);
});

test.each([
  ['a wrong key', async () => 'updraft_0000'],
  ['no key', async () => undefined],
  [
    'a key that was revoked',
    async () => {
      const { key, apiKey } = await api.core.access.createKey(administrator, { name: 'short-lived', role: 'VIEWER' });
      await api.core.access.revokeKey(administrator, apiKey._id);
      return key;
    },
  ],
])('R-UI-1 with %s graphql-ws, as it comes, tries once', async (_name, keyOf) => {
  let tries = 0;
  const client = createClient({
    url: api.graphqlUrl.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { apiKey: await keyOf() },
    on: {
      connecting: () => {
        tries += 1;
      },
    },
  });
  await expect(client.iterate({ query: '{ viewer { name } }' }).next()).rejects.toMatchObject({ code: 4401, reason: expect.any(String) });
  expect(tries).toBe(1);
});

test('R-UI-1 a WebSocket takes the key as header value or alone', async () => {
  expect(await closeOf({ authorization: `Bearer ${api.keys.viewer}` })).toBe(1000);
  expect(await closeOf({ apiKey: api.keys.viewer })).toBe(1000);
});

test('R-UI-1 a subscription before the greeting is closed with 4401', async () => {
  const code = await new Promise<number>((resolve) => {
    const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: '{ viewer { name } }' } })));
    socket.on('close', (closed) => resolve(closed));
  });
  expect(code).toBe(4401);
});

test('R-UI-1 the viewer is the key that asks', async () => {
  const { data } = await api.ask('{ viewer { name role } }', {}, api.keys.viewer);
  expect(data).toEqual({ viewer: { name: 'VIEWER key', role: 'VIEWER' } });
});

test('R-UI-1 health is told to everyone', async () => {
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
});

test('R-UI-1 where the explorer is, its schema is told without a key, and nothing else', async () => {
  const told = await api.ask(getIntrospectionQuery({ inputValueDeprecation: true }), {}, null);
  expect(told.status).toBe(200);
  const names = (schema: GraphQLSchema) => Object.keys(schema.getTypeMap()).sort();
  expect(names(buildClientSchema(told.data as never))).toEqual(names(buildApiSchema()));
  for (const query of [
    '{ viewer { name } }',
    '{ __schema { queryType { name } } viewer { name } }',
    'query { ...Q } fragment Q on Query { __schema { queryType { name } } viewer { name } }',
    'query A { __schema { queryType { name } } } query B { viewer { name } }',
    'mutation { __schema { queryType { name } } }',
    'subscription { __schema { queryType { name } } }',
    '{ own: __schema { queryType { name } } }',
    '{ __schema',
    `{ __schema { queryType { name } } } #${'x'.repeat(20_000)}`,
  ]) {
    const refused = await api.ask(query, {}, null);
    expect([query.slice(0, 80), refused.status, refused.errors?.[0]?.extensions.code]).toEqual([query.slice(0, 80), 401, 'NOT_SIGNED_IN']);
  }
});

test('R-UI-1 a wrong key is told so, whatever it asks for', async () => {
  expect((await api.ask('{ __schema { queryType { name } } }', {}, 'updraft_0000')).status).toBe(401);
});

test('R-UI-1 the bare address leads to the explorer', async () => {
  const answer = await fetch(api.url, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/explorer/']);
});

test('R-UI-1 the explorer is served from the platform itself and names no other host', async () => {
  const page = await fetch(`${api.url}/explorer/`);
  const script = await fetch(`${api.url}/explorer/initial_options.js`);
  const main = await fetch(`${api.url}/explorer/main.js`);
  expect([page.status, script.status, main.status]).toEqual([200, 200, 200]);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(await page.text()).not.toMatch(/(src|href)="https?:/);
  expect(await script.text()).toContain('Bearer {{apiKey}}');
});

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc ', 'abc'],
  ['Bearer ', null],
  ['Bearer a b', null],
  [`Bearer ${'x'.repeat(513)}`, null],
  [undefined, null],
])('R-UI-1 the key in %p is %p', (header, key) => {
  expect(bearerKey(header)).toBe(key);
  expect(connectionKey({ authorization: header })).toBe(key);
});
