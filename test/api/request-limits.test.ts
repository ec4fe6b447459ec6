import { getIntrospectionQuery } from 'graphql';
import { WebSocket } from 'ws';
import { API_LIMITS } from '../../api/limits';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const times = (count: number, open: string, inner: string, close: string): string => open.repeat(count) + inner + close.repeat(count);
const nested = (levels: number): string => (levels === 0 ? 'id' : `batch { tasks(first: 1) { edges { node { ${nested(levels - 1)} } } } }`);
const DEEP = `{ task(id: "a") { ${nested(5)} } }`;
const DEEP_BY_FRAGMENTS = `{ task(id: "a") { ...a } } fragment a on Task { ${nested(2).replace(' id ', ' ...b ')} } fragment b on Task { ${nested(2)} }`;
const COSTLY = '{ devices(first: 100) { edges { node { tasks(first: 100) { edges { node { device { id } } } } } } } }';
const doubling = (levels: number, on: string, spread: (name: string) => string, leaf: string): string =>
  [
    ...Array.from({ length: levels }, (_, level) => `fragment f${level} on ${on} { ${spread(`f${level + 1}`)} }`),
    `fragment f${levels} on ${on} { ${leaf} }`,
  ].join(' ');
const twice = (name: string): string => `...${name} ...${name}`;

async function overSocket(query: string, variables?: Record<string, unknown>): Promise<unknown> {
  const client = api.socket();
  try {
    for await (const result of client.iterate({ query, variables })) return result.errors?.[0]?.extensions?.code;
    return undefined;
  } catch (errors) {
    return (errors as { extensions?: { code: string }; code?: number }[])[0]?.extensions?.code ?? (errors as { code?: number }).code;
  } finally {
    await client.dispose();
  }
}

async function overHttp(body: string): Promise<{ status: number; code: unknown }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${api.keys.operator}` };
  const response = await fetch(api.graphqlUrl, { method: 'POST', headers, body });
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return { status: response.status, code: errors?.[0]?.extensions.code };
}

test.each([
  ['nested too deep', DEEP],
  ['nested too deep by fragments', DEEP_BY_FRAGMENTS],
  ['too costly', COSTLY],
  ['a few fragments that stand for millions', `{ ...f0 } ${doubling(22, 'Query', twice, 'viewer { name }')}`],
  ['the same a hundred levels high', `{ ...f0 } ${doubling(100, 'Query', twice, 'viewer { name }')}`],
  ['the same under inline fragments', `{ ...f0 } ${doubling(22, 'Query', (name) => `...${name} ... { ...${name} }`, 'viewer { name }')}`],
  [
    'the same below fields',
    `{ ...f0 } ${doubling(13, 'Query', (name) => `a: previewBatch { preview { ...${name} } } ...${name}`, 'viewer { name }')}`,
  ],
  ['the same in introspection', `{ __schema { types { ...f0 } } } ${doubling(22, '__Type', twice, 'name')}`],
  ['the same, used by nothing', `{ viewer { name } } ${doubling(22, 'Query', twice, 'viewer { name }')}`],
  ['a long chain of fragments', `{ ...f0 } ${doubling(600, 'Query', (name) => `...${name}`, 'viewer { name }')}`],
  ['one field 1,200 times', `{ viewer { ${'name '.repeat(1_200)} } }`],
  ['one list 550 times', `{ ${'devices { edges { cursor } } '.repeat(550)} }`],
  ['deep inline fragments', times(1_600, '{ ... ', '{ viewer { name } }', '}')],
  ['deep lists', `{ devices(first: ${times(2_000, '[', '1', ']')}) { edges { cursor } } }`],
  ['deep objects', `{ devices(filter: ${times(1_200, '{a:', '1', '}')}) { edges { cursor } } }`],
  ['deep types', `query ($a: ${times(2_400, '[', 'Int', ']')}) { viewer { name } }`],
  ['a deep default', `query ($a: [Int] = ${times(2_400, '[', '1', ']')}) { viewer { name } }`],
  ['deep selections that never end', '{a'.repeat(2_400)],
  [
    'many operations of many fragments',
    `${Array.from({ length: 60 }, (_, index) => `query q${index} { ...f0 }`).join(' ')} ${doubling(12, 'Query', twice, 'viewer { name }')}`,
  ],
])('R-SAFE-1 a document with %s is refused on both transports', async (_name, query) => {
  const body = JSON.stringify({ query });
  expect(await overHttp(body)).toEqual({ status: 400, code: 'QUERY_TOO_COMPLEX' });
  expect(await overSocket(query)).toBe('QUERY_TOO_COMPLEX');
  const address = `${api.graphqlUrl}?query=${encodeURIComponent(query)}`;
  const asked = await fetch(address, {
    headers: { authorization: `Bearer ${api.keys.viewer}`, 'apollo-require-preflight': 'yes' },
  });
  // Node takes 16 KiB of headers, the address included; over that, the answer arrives on a connection that had others before, too.
  expect([400, 431]).toContain(asked.status);
});

const deepRule = (levels: number, open = '{"all":['): string =>
  `{"name":"deep","rule":${times(levels, open, '{"field":"PRODUCT","values":["a"]}', ']}')}}`;

test.each([
  ['lists within lists', (levels: number) => times(levels, '[', '1', ']')],
  ['objects within objects', (levels: number) => times(levels, '{"a":', '1', '}')],
  ['a rule of a group', (levels: number) => deepRule(Math.floor(levels / 2))],
])('R-SAFE-1 variables with %s of any depth are refused, never an internal error', async (_name, deep) => {
  const query = 'mutation ($input: CreateDynamicGroupInput!) { createDynamicGroup(input: $input) { userErrors { code } } }';
  for (const levels of [100, 1_600, 2_400, 100_000]) {
    const variables = `{"input":${deep(levels)}}`;
    expect(await overHttp(JSON.stringify({ query }).replace(/}$/, `,"variables":${variables}}`))).toEqual({
      status: 400,
      code: 'QUERY_TOO_COMPLEX',
    });
    expect(await overHttp(JSON.stringify({ query }).replace(/}$/, `,"extensions":${variables}}`))).toEqual({
      status: 400,
      code: 'QUERY_TOO_COMPLEX',
    });
    if (variables.length < 60_000) expect(await overSocket(query, JSON.parse(variables))).toBe('QUERY_TOO_COMPLEX');
  }
  expect(api.logged).toEqual([]);
});

test('R-SAFE-1 a rule that is a little too deep is told what rules are', async () => {
  const query = 'mutation ($input: CreateDynamicGroupInput!) { createDynamicGroup(input: $input) { userErrors { code limit } } }';
  const { data } = await api.ask(query, { input: JSON.parse(deepRule(20)) });
  expect(data).toEqual({ createDynamicGroup: { userErrors: [{ code: 'GROUP_RULE', limit: '3 levels' }] } });
});

test.each([
  ['deep lists', times(250_000, '[', '', ']')],
  ['deep objects', times(100_000, '{"a":', '1', '}')],
  ['a list of requests', JSON.stringify(Array.from({ length: 1_000 }, () => ({ query: '{ viewer { name } }' })))],
  ['an operation that is not there', JSON.stringify({ query: '{ viewer { name } }', operationName: 'x' })],
  ['a document that is none', JSON.stringify({ query: { kind: 'Document', definitions: [] } })],
  ['nothing', '{}'],
  ['fragments in a circle', JSON.stringify({ query: '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }' })],
  ['a directive 1,200 times', JSON.stringify({ query: `{ viewer { name ${'@skip(if: false) '.repeat(800)} } }` })],
  [
    'a thousand variables',
    JSON.stringify({ query: `query (${Array.from({ length: 1_000 }, (_, index) => `$v${index}: Int`).join(' ')}) { viewer { name } }` }),
  ],
  ['a name of half a megabyte', JSON.stringify({ query: `{ ${'x'.repeat(500_000)} }` })],
  [
    'a thousand fields that are not there',
    JSON.stringify({ query: `{ ${Array.from({ length: 1_000 }, (_, index) => `viewers${index}`).join(' ')} }` }),
  ],
])('R-SAFE-1 a body with %s is the client’s mistake', async (_name, body) => {
  const { status, code } = await overHttp(body);
  expect({ status, code: String(code) }).toEqual({ status: 400, code: expect.not.stringMatching(/INTERNAL|undefined/) });
  expect(api.logged).toEqual([]);
});

test('R-SAFE-1 a ping with deep JSON closes its WebSocket as what could not be read, and another is answered', async () => {
  const answers: string[] = [];
  const code = await new Promise<number>((resolve) => {
    const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('open', () => socket.send(JSON.stringify({ type: 'ping', payload: { a: [1] } })));
    socket.on('message', (text) => {
      answers.push(String(text));
      socket.send(`{"type":"ping","payload":${times(9_000, '{"a":', '1', '}')}}`);
    });
    socket.on('close', resolve);
  });
  expect(answers).toEqual([JSON.stringify({ type: 'pong', payload: { a: [1] } })]);
  expect(code).toBe(4400);
  expect(api.logged).toEqual([]);
});

test.each([
  ['empty parts of a rule', { rule: { all: Array.from({ length: 100_000 }, () => ({})) } }],
  ['rules in many lists', { rule: { all: Array.from({ length: 300 }, () => ({ all: Array.from({ length: 300 }, () => ({})) })) } }],
  ['names', { rule: { values: Array.from({ length: 100_000 }, () => 'a') } }],
])('R-SAFE-1 variables with 100,000 %s are refused before they are made into inputs, whatever the role', async (_name, input) => {
  const query = 'mutation ($input: CreateDynamicGroupInput!) { createDynamicGroup(input: $input) { userErrors { code } } }';
  for (const key of [api.keys.viewer, api.keys.operator]) {
    const { errors } = await api.ask(query, { input: { name: 'many', ...input } }, key);
    expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' }, message: expect.stringContaining('Send') }]);
  }
});

test('R-SAFE-1 a stored query by its hash is told that there are none', async () => {
  for (const query of [undefined, '{ viewer { name } }']) {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${api.keys.operator}` };
    const response = await fetch(api.graphqlUrl, { method: 'POST', headers, body: JSON.stringify({ query, extensions }) });
    const { errors } = (await response.json()) as { errors: unknown };
    expect(errors).toMatchObject([
      {
        message: 'PersistedQueryNotSupported',
        extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', hint: expect.stringContaining('Send the query') },
      },
    ]);
  }
});

test.each([
  ['ping', (deep: string) => `{"type":"ping","payload":{"a":${deep}}}`],
  ['pong', (deep: string) => `{"type":"pong","payload":{"a":${deep}}}`],
  ['ping of another form', (deep: string) => `{"type":"ping","payload":${deep}}`],
  ['greeting', (deep: string) => `{"type":"connection_init","payload":{"authorization":${deep}}}`],
  ['query', (deep: string) => `{"type":"subscribe","id":"1","payload":{"query":${deep}}}`],
  ['id', (deep: string) => `{"type":"subscribe","id":${deep},"payload":{"query":"{ a }"}}`],
  ['operation name', (deep: string) => `{"type":"subscribe","id":"1","payload":{"query":"{ a }","operationName":${deep}}}`],
  ['type', (deep: string) => `{"type":${deep}}`],
  ['answer', (deep: string) => `{"type":"error","id":"1","payload":${deep}}`],
])('R-SAFE-1 before anybody has signed in, a deep %s closes the WebSocket and is not in the log', async (_name, message) => {
  const code = await new Promise<number>((resolve) => {
    const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('open', () => socket.send(message(times(15_000, '[', '', ']'))));
    socket.on('close', resolve);
  });
  expect(code).toBe(4400);
  expect(api.logged).toEqual([]);
});

test('R-SAFE-1 thousands of values that do not fit are one mistake', async () => {
  const query = 'query ($statuses: [TaskStatus!]) { tasks(filter: { statuses: $statuses }) { edges { cursor } } }';
  const { status, code } = await overHttp(JSON.stringify({ query, variables: { statuses: Array.from({ length: 2_000 }, () => 'no') } }));
  expect({ status, code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
});

test('R-SAFE-1 one field hundreds of times, or under fragments, is answered', async () => {
  const many = `{ viewer { ${'name '.repeat(500)} } ${'...f0 '.repeat(20)} } ${doubling(5, 'Query', twice, 'viewer { role }')}`;
  expect((await api.ask(many)).data).toEqual({ viewer: { name: 'OPERATOR key', role: 'OPERATOR' } });
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

test('R-SAFE-1 errors of a short document tell their places, those of a long one don’t: each place is looked for from the beginning', async () => {
  const missing = Array.from({ length: 300 }, () => 'task(id: "x") { id }').join(' ');
  const short = await api.ask('{ task(id: "x") { id } }');
  expect(short.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' }, locations: [{ line: 1, column: 3 }] }]);
  for (const padding of ['\n'.repeat(500_000), `#${'x'.repeat(500_000)}\n`]) {
    const { errors } = await api.ask(`${padding}{ ${missing} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' }, path: ['task'] }]);
    expect(errors?.[0]).not.toHaveProperty('locations');
    expect((await api.ask(`${padding}{ ${'no '.repeat(1_000)} }`)).errors?.length).toBeLessThanOrEqual(21);
  }
});
