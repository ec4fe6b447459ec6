import { getIntrospectionQuery } from 'graphql';
import { WebSocket } from 'ws';
import { API_LIMITS } from '../../api/limits';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const nested = (levels: number): string => (levels === 0 ? 'id' : `batch { tasks(first: 1) { edges { node { ${nested(levels - 1)} } } } }`);
const DEEP = `{ task(id: "a") { ${nested(5)} } }`;
const DEEP_BY_FRAGMENTS = `{ task(id: "a") { ...a } } fragment a on Task { ${nested(2).replace(' id ', ' ...b ')} } fragment b on Task { ${nested(2)} }`;
const COSTLY = '{ devices(first: 100) { edges { node { tasks(first: 100) { edges { node { device { id } } } } } } } }';

async function overSocket(query: string) {
  const client = api.socket();
  try {
    for await (const result of client.iterate({ query })) return result.errors?.[0]?.extensions?.code;
    return undefined;
  } catch (errors) {
    return (errors as { extensions: { code: string } }[])[0]?.extensions.code;
  }
}

test.each([
  ['nested too deep', DEEP],
  ['nested too deep by fragments', DEEP_BY_FRAGMENTS],
  ['too costly', COSTLY],
])('R-UI-1 a document that is %s is refused on both transports', async (_name, query) => {
  expect((await api.ask(query)).errors?.[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
  expect(await overSocket(query)).toBe('QUERY_TOO_COMPLEX');
});

test('R-UI-1 a document of too many tokens is refused on both transports', async () => {
  const query = `{ ${'viewer { name } '.repeat(API_LIMITS.tokens / 3)} }`;
  expect((await api.ask(query)).errors?.[0]?.message).toContain('token');
  expect(await overSocket(query.slice(0, 60_000))).toBeDefined();
});

test('R-UI-1 a full page with all that belongs to it is within the limits, and so is the schema', async () => {
  const page =
    '{ tasks(first: 100) { edges { node { id device { deviceName } batch { name } package { version } attempts { number cause { code } } transitions { at to } } } } }';
  expect((await api.ask(page)).errors).toBeUndefined();
  expect((await api.ask(getIntrospectionQuery())).errors).toBeUndefined();
});

test('R-UI-1 a request of more than 1 MiB is refused', async () => {
  const response = await fetch(api.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${api.keys.viewer}` },
    body: JSON.stringify({ query: '{ viewer { name } }', variables: { filler: 'x'.repeat(API_LIMITS.bodyBytes) } }),
  });
  expect(response.status).toBe(413);
});

test('R-UI-1 a WebSocket message of more than 64 KiB closes the connection', async () => {
  const code = await new Promise<number>((resolve) => {
    const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: 'x'.repeat(API_LIMITS.messageBytes) } })),
    );
    socket.on('close', resolve);
  });
  expect(code).toBe(1009);
});

test('R-UI-1 the subscription after the hundredth on one connection is refused', async () => {
  const client = api.socket();
  const acknowledged = Array.from({ length: API_LIMITS.subscriptionsPerConnection }, () =>
    client.iterate({ query: 'subscription { taskChanges { __typename } }' }),
  );
  for (const subscription of acknowledged) void subscription.next();
  const oneMore = client.iterate({ query: '{ viewer { name } }' });
  await expect(oneMore.next()).rejects.toMatchObject([{ extensions: { code: 'TOO_MANY' } }]);
  await Promise.all(acknowledged.map((subscription) => subscription.return?.()));
});
