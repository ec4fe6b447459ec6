import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { API_LIMITS } from '../../api/limits';
import { aPackage } from '../support/builders';
import { apiConnections } from './support/cut-connections';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.ask('mutation { createProduct(input: { key: "big", name: "Big" }) { product { key } } }');
  const texts = Array.from({ length: 100 }, (_, index) =>
    aPackage({
      _id: `big${index}`,
      productKey: 'big',
      version: `1.${index}`,
      name: `big_${index}`,
      files: [],
      customInfo: '€'.repeat(4_096),
    }),
  );
  await api.store.collections.packages.insertMany(texts);
});
afterAll(() => api.stop());

const aliases = (count: number, field: string): string => Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');
/** 1.2 MB for each name. */
const texts = (names: number): string => `{ packages(first: 100) { edges { node { ${aliases(names, 'customInfo')} } } } }`;

const packagesIn = (data: unknown): unknown => (data as { packages?: { edges: unknown[] } } | undefined)?.packages?.edges.length;

async function overSocket(query: string) {
  const client = api.socket();
  try {
    for await (const result of client.iterate({ query })) return result;
    return undefined;
  } finally {
    await client.dispose();
  }
}

test('R-SAFE-1 an answer of more than 16 MB is not sent, on either transport, and one of less is', async () => {
  const tooLarge = {
    data: null,
    errors: [{ message: expect.stringContaining('first'), extensions: { code: 'ANSWER_TOO_LARGE', limit: '16777216 bytes' } }],
  };
  expect(await api.ask(texts(15))).toMatchObject({ status: 200, ...tooLarge });
  expect(await overSocket(texts(15))).toMatchObject(tooLarge);
  expect(packagesIn((await api.ask(texts(10))).data)).toBe(100);
  expect(packagesIn((await overSocket(texts(10)))?.data)).toBe(100);
});

test('R-SAFE-1 many large answers at once are sent or refused with BUSY, and nothing else waits for them', async () => {
  const answers = Array.from({ length: 16 }, () => api.ask(texts(12)));
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  expect((await api.ask('{ viewer { role } }')).data).toEqual({ viewer: { role: 'OPERATOR' } });
  for (const { status, data, errors } of await Promise.all(answers)) {
    if (errors) expect({ status, code: errors[0]?.extensions.code }).toEqual({ status: 503, code: 'BUSY' });
    else expect(packagesIn(data)).toBe(100);
  }
  expect((await api.ask(texts(12))).errors).toBeUndefined();
});

describe('R-SAFE-1 an answer that its client does not read', () => {
  const { unreadMs } = API_LIMITS;
  let connections: ReturnType<typeof apiConnections>;
  beforeAll(() => {
    Object.assign(API_LIMITS, { unreadMs: 300 });
    connections = apiConnections();
  });
  afterAll(() => {
    Object.assign(API_LIMITS, { unreadMs });
    connections.stop();
  });

  test('R-SAFE-1 ends its HTTP connection', async () => {
    const asked: ClientRequest = request(api.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${api.keys.viewer}` },
    });
    asked.on('error', () => undefined);
    asked.end(JSON.stringify({ query: texts(13) }));
    const response = await new Promise<IncomingMessage>((resolve) => asked.once('response', resolve));
    response.pause();
    await connections.cut(response.socket);
    // What had left before comes first.
    const ended = await new Promise<string>((resolve) => {
      response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      response.on('end', () => resolve('whole'));
      response.resume();
    });
    expect(ended).toBe('ECONNRESET');
  });

  test('R-SAFE-1 ends its WebSocket', async () => {
    const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: api.keys.viewer } }));
    await new Promise((resolve) => socket.once('message', resolve));
    for (const id of ['1', '2', '3']) socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query: texts(13) } }));
    socket.pause();
    await connections.cut((socket as unknown as { _socket: Socket })._socket);
    socket.resume();
    expect(await closed).toBe(1006);
  });
});

test('R-SAFE-1 answers over one WebSocket come whole and each once, whatever is asked beside them', async () => {
  const client = api.socket();
  const sizes = await Promise.all(
    [1, 7, 2, 9, 1, 3].map(async (names) => {
      for await (const { data } of client.iterate<{ packages: { edges: { node: object }[] } }>({ query: texts(names) }))
        return data?.packages.edges.map(({ node }) => Object.keys(node).length);
      return [];
    }),
  );
  expect(sizes).toEqual([1, 7, 2, 9, 1, 3].map((names) => Array.from({ length: 100 }, () => names)));
});

test('R-SAFE-1 one event of a subscription has a price too', async () => {
  const query = `subscription { taskChanges { ... on TaskChange { task { batch { tasks(first: 100) { edges { node { ${aliases(80, 'id')} } } } } } } } }`;
  const client = api.socket();
  await expect(client.iterate({ query }).next()).rejects.toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }]);
});
