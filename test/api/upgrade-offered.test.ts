import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { startTestApi, type TestApi } from './support/test-api';

/** As Java's HTTP client offers HTTP/2, with each request to a server without TLS. */
const OFFER = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA' };

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

async function send(path: string, headers: Record<string, string>, body?: string) {
  const sent = httpRequest(`${api.url}${path}`, { method: body === undefined ? 'GET' : 'POST', headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

test('R-DL-4 a request that offers HTTP/2 is answered as one that does not', async () => {
  const path = `/f/${'A'.repeat(22)}`;
  expect(await send(path, OFFER)).toEqual(await send(path, {}));
  expect((await send('/healthz', OFFER)).status).toBe(200);
});

test('so is one with a body', async () => {
  const headers = { ...OFFER, 'content-type': 'application/json', authorization: `Bearer ${api.keys.operator}` };
  const { status, body } = await send('/graphql', headers, JSON.stringify({ query: '{ __typename }' }));
  expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: { data: { __typename: 'Query' } } });
});
