import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.ask('mutation { createProduct(input: { key: "meters", name: "Meters" }) { product { key } } }');
});
afterAll(() => api.stop());

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  key?: string | null;
}

async function send(path: string, { method = 'POST', headers = {}, body, key = api.keys.operator }: Sent) {
  const sent = httpRequest(`${api.url}${path}`, { method, headers: { ...(key && { authorization: `Bearer ${key}` }), ...headers } });
  sent.on('error', () => undefined);
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body: await text(response) };
}

const JSON_TYPE = { 'content-type': 'application/json' };
const graphql = (body: object) => ({ headers: JSON_TYPE, body: JSON.stringify(body) });
const CUT_FORM = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nmeter-1';

const FORMS = ['/packages', '/lists?productKey=meters', '/imports?productKey=meters'];

/** What a request of this form must never be: a fault of the platform. */
const MALFORMED: [what: string, path: string, sent: Sent, status: number, code: string][] = [
  [
    'an operation that the anonymous query has not',
    '/graphql',
    graphql({ query: '{ viewer { name } }', operationName: 'x' }),
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  [
    'two operations and no name',
    '/graphql',
    graphql({ query: 'query a { viewer { name } } query b { viewer { name } }' }),
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  [
    'the name of an operation that is none',
    '/graphql',
    graphql({ query: 'query a { viewer { name } }', operationName: 'toString' }),
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  ['a name that is no text', '/graphql', graphql({ query: '{ viewer { name } }', operationName: { a: 1 } }), 400, 'BAD_REQUEST'],
  [
    'a subscription over HTTP',
    '/graphql',
    graphql({ query: 'subscription { batchProgress(batchId: "b") { __typename } }' }),
    400,
    'BAD_REQUEST',
  ],
  [
    'a subscription by its name',
    '/graphql',
    graphql({ query: 'query a { viewer { name } } subscription s { batchProgress(batchId: "b") { __typename } }', operationName: 's' }),
    400,
    'BAD_REQUEST',
  ],
  ['a fragment alone', '/graphql', graphql({ query: 'fragment f on Query { viewer { name } }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a stored query',
    '/graphql',
    graphql({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
    200,
    'PERSISTED_QUERY_NOT_SUPPORTED',
  ],
  ['extensions that are no object', '/graphql', graphql({ query: '{ viewer { name } }', extensions: 'x' }), 400, 'BAD_REQUEST'],
  ['variables that are no object', '/graphql', graphql({ query: '{ viewer { name } }', variables: [1] }), 400, 'BAD_REQUEST'],
  ['a list of requests', '/graphql', graphql([{ query: '{ viewer { name } }' }]), 400, 'BAD_REQUEST'],
  ['no body', '/graphql', { headers: JSON_TYPE }, 400, 'BAD_REQUEST'],
  ['an empty object', '/graphql', graphql({}), 400, 'BAD_REQUEST'],
  ['JSON that ends early', '/graphql', { headers: JSON_TYPE, body: '{"query":' }, 400, 'BAD_REQUEST'],
  ['null', '/graphql', { headers: JSON_TYPE, body: 'null' }, 400, 'BAD_REQUEST'],
  ['a number', '/graphql', { headers: JSON_TYPE, body: '1' }, 400, 'BAD_REQUEST'],
  ['a text that is no JSON', '/graphql', { headers: { 'content-type': 'text/plain' }, body: '{ viewer { name } }' }, 400, 'BAD_REQUEST'],
  ['a form', '/graphql', { headers: { 'content-type': 'multipart/form-data' }, body: 'x' }, 400, 'BAD_REQUEST'],
  [
    'a character set there is not',
    '/graphql',
    { headers: { 'content-type': 'application/json; charset=none' }, body: '{}' },
    415,
    'BAD_REQUEST',
  ],
  [
    'a content encoding there is not',
    '/graphql',
    { headers: { ...JSON_TYPE, 'content-encoding': 'none' }, body: '{}' },
    415,
    'BAD_REQUEST',
  ],
  ['gzip that is none', '/graphql', { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: 'xxxx' }, 400, 'BAD_REQUEST'],
  [
    'gzip that ends early',
    '/graphql',
    { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync('{"query":"{ viewer { name } }"}').subarray(0, 20) },
    400,
    'BAD_REQUEST',
  ],
  [
    'gzip that inflates to gigabytes',
    '/graphql',
    { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(64 * 1024 * 1024)) },
    413,
    'BAD_REQUEST',
  ],
  [
    'an operation by GET that there is not',
    '/graphql?query=%7Bviewer%7Bname%7D%7D&operationName=x',
    { method: 'GET', headers: JSON_TYPE },
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  [
    'a query twice by GET',
    '/graphql?query=%7Bviewer%7Bname%7D%7D&query=x',
    { method: 'GET', headers: JSON_TYPE },
    400,
    'GRAPHQL_PARSE_FAILED',
  ],
  ['another method', '/graphql', { method: 'PUT', ...graphql({ query: '{ viewer { name } }' }) }, 405, 'BAD_REQUEST'],

  ...FORMS.flatMap((path) =>
    ['', '; boundary=', '; boundary=""', '; boundary=; charset=x'].map((rest): (typeof MALFORMED)[number] => [
      `a form without a boundary${rest}`,
      path,
      { headers: { 'content-type': `multipart/form-data${rest}` }, body: 'x' },
      415,
      'INVALID_FORMAT',
    ]),
  ),
  ...['/lists?productKey=meters', '/imports?productKey=meters'].flatMap((path): (typeof MALFORMED)[number][] => [
    [
      'a form without a file',
      path,
      { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--\r\n' },
      400,
      'FILE_MISSING',
    ],
    [
      'a form without a byte',
      path,
      { headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '0' } },
      400,
      'UPLOAD_CUT',
    ],
    ['a form that ends early', path, { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: CUT_FORM }, 400, 'UPLOAD_CUT'],
    [
      'a form that is no form',
      path,
      { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: 'no form' },
      400,
      'UPLOAD_CUT',
    ],
  ]),
  ['no product', '/lists', { body: 'meter-1' }, 400, 'REQUIRED'],
  ['two products', '/imports?productKey=a&productKey=b', { body: 'meter-1' }, 400, 'REQUIRED'],
  ['a package without a form', '/packages', { headers: JSON_TYPE, body: '{}' }, 415, 'INVALID_FORMAT'],
  ['a package without a body', '/packages', {}, 415, 'INVALID_FORMAT'],
  ['an address that cannot be decoded', '/lists/%zz/invalid.csv', { method: 'GET' }, 400, 'BAD_REQUEST'],
];

test.each(MALFORMED)('R-SAFE-3 %s (%s) is told as the mistake of the caller it is', async (_what, path, sent, status, code) => {
  api.logged.length = 0;
  const answer = await send(path, sent);
  const { errors } = JSON.parse(answer.body) as { errors: { code?: string; extensions?: { code: string } }[] };
  expect({ status: answer.status, code: errors[0]?.code ?? errors[0]?.extensions?.code }).toEqual({ status, code });
  expect(api.logged).toEqual([]);
});

test.each<[string, Sent]>([
  ['no length', { headers: { 'tus-resumable': '1.0.0' } }],
  ['a length that is none', { headers: { 'tus-resumable': '1.0.0', 'upload-length': 'x' } }],
  ['a length below nothing', { headers: { 'tus-resumable': '1.0.0', 'upload-length': '-1' } }],
  ['a length beyond numbers', { headers: { 'tus-resumable': '1.0.0', 'upload-length': '9'.repeat(400) } }],
  ['a length of a half', { headers: { 'tus-resumable': '1.0.0', 'upload-length': '1.5' } }],
  ['metadata that are none', { headers: { 'tus-resumable': '1.0.0', 'upload-length': '5', 'upload-metadata': '=,=,,' } }],
  ['no name', { headers: { 'tus-resumable': '1.0.0', 'upload-length': '5' } }],
  ['no protocol', { headers: {} }],
  ['another method', { method: 'PUT', headers: { 'tus-resumable': '1.0.0' } }],
  ['an offset that is none', { method: 'PATCH', headers: { 'tus-resumable': '1.0.0', 'upload-offset': 'x' } }],
])('R-SAFE-3 an upload with %s is told as the mistake of the caller it is', async (_what, sent) => {
  api.logged.length = 0;
  const { status } = await send('/uploads', sent);
  expect(status >= 400 && status < 500 ? 'refused' : status).toBe('refused');
  expect(api.logged).toEqual([]);
});

test('R-SAFE-3 what any key sends over HTTP shows no page of the GraphQL server, and keeps no query under a hash', async () => {
  const page = await send('/graphql', { method: 'GET', headers: { accept: 'text/html' } });
  expect({ status: page.status, isPage: page.body.includes('<html') }).toEqual({ status: 400, isPage: false });
});

test.each(FORMS)('R-SAFE-3 a form at %s with another boundary than its request says is told so', async (path) => {
  const sent = (boundary: string, rest = '--x--\r\n') =>
    send(path, { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body: `${CUT_FORM}\r\n${rest}` });
  for (const boundary of ['y', 'X', '"x y"']) {
    const { status, body } = await sent(boundary);
    expect({ status, body }).toEqual({ status: 400, body: expect.stringMatching(/"UPLOAD_CUT".*boundary of Content-Type/) });
  }
  expect((await sent('x', '')).body).not.toContain('boundary of');
  expect((await sent('"x"')).body).not.toContain('boundary');
});
