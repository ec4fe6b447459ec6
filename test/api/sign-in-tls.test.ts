import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { clientCertificate } from '../support/client-certificate';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  const { cert, key } = await clientCertificate('127.0.0.1');
  api = await startTestApi({ tls: { cert: Buffer.from(cert), key: Buffer.from(key) } });
});
afterAll(() => api?.stop());

function ask(path: string, headers: Record<string, string>, body = ''): Promise<{ res: IncomingMessage; said: string }> {
  return new Promise((resolve, reject) => {
    const req = request(`${api.url}${path}`, { method: 'POST', headers, rejectUnauthorized: false }, (res) => {
      text(res).then((said) => resolve({ res, said }), reject);
    });
    req.on('error', reject).end(body);
  });
}

test('R-UI-4 over TLS the cookie is for this host alone and for TLS alone', async () => {
  const { port } = new URL(api.url);
  const { res } = await ask('/signin', { authorization: `Bearer ${api.keys.viewer}` });
  const [set = ''] = res.headers['set-cookie'] ?? [];
  expect(set).toMatch(new RegExp(`^__Host-updraft-session-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=\\d+; Secure$`));
  const [cookie = ''] = set.split(';');
  const page = { origin: api.url, 'content-type': 'application/json' };
  const query = '{"query":"{ viewer { role } }"}';
  expect((await ask('/graphql', { ...page, cookie }, query)).said).toContain('"role":"VIEWER"');
  // One that anybody could have set over plain HTTP.
  expect((await ask('/graphql', { ...page, cookie: cookie.replace('__Host-', '') }, query)).res.statusCode).toBe(401);
});
