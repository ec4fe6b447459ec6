import { administrator } from '../support/core-parts';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { browserLike, cookiesOf, openSocket } from './support/browser-like';
import { startTestApi, type TestApi } from './support/test-api';

let issuer: TestIssuer;
let api: TestApi;
beforeAll(async () => {
  issuer = await startIssuer();
  const scoped = { ...issuer.issuer, products: { claim: 'products', all: '*' } };
  api = await startTestApi({
    origins: ['https://console.example.com'],
    access: { issuers: [scoped], session: { idleMinutes: 60, hours: 12 } },
  });
});
afterAll(async () => {
  await api?.stop();
  await issuer?.stop();
});

const { ownPage, post, asked, jsonOf, viewerBy, sessionOf } = browserLike(() => api);

test('R-UI-4 a token of an issuer is let in over HTTP and WebSocket, as a person with a role and products', async () => {
  const token = await issuer.token({ name: 'Ada', sub: 'ada', products: ['meter'] });
  const viewer = await viewerBy({ authorization: `Bearer ${token}` });
  expect(viewer).toEqual({
    ...{ actorId: expect.stringMatching(/^person:[\w-]{22}$/), kind: 'PERSON', signedInBy: 'TOKEN', name: 'Ada', role: 'OPERATOR' },
    ...{ products: ['meter'], keyId: viewer.actorId, session: null },
  });
  const socket = await openSocket(api, { payload: { authorization: `Bearer ${token}` } });
  expect(await socket.opened).toBe('connection_ack');
  socket.close();
});

test.each([
  ['expired', { exp: 1 }, 'expired'],
  ['of another audience', { aud: 'other' }, 'audience'],
  ['of another issuer', { iss: 'https://evil.example' }, 'not set up here'],
  ['without a role', { groups: ['nobody'] }, 'no role'],
])('R-UI-4 a token %s is refused with its reason, over both', async (_name, claims, reason) => {
  const token = await issuer.token(claims);
  const answer = await asked({ authorization: `Bearer ${token}` });
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
  expect(await answer.json()).toMatchObject({
    errors: [{ message: expect.stringContaining(reason), extensions: { code: 'NOT_SIGNED_IN' } }],
  });
  const socket = await openSocket(api, { payload: { authorization: `Bearer ${token}` } });
  expect(await socket.closed).toMatchObject({ code: 4401, reason: expect.stringContaining(reason) });
});

test('R-UI-4 a token that is too long is refused by its length, and one of 100 KB by what HTTP takes', async () => {
  const [head, body, end] = (await issuer.token()).split('.');
  const long = (bytes: number) => `${head}.${body}${'x'.repeat(bytes)}.${end}`;
  const answer = await asked({ authorization: `Bearer ${long(8_192)}` });
  expect([answer.status, (await jsonOf(answer)).errors[0]?.message]).toEqual([401, expect.stringContaining('longer than 8192')]);
  expect((await asked({ authorization: `Bearer ${long(100_000)}` })).status).toBe(431);
  for (const [bytes, code] of [
    [8_192, 4401],
    [100_000, 1009],
  ] as const) {
    const socket = await openSocket(api, { payload: { authorization: `Bearer ${long(bytes)}` } });
    expect((await socket.closed).code).toBe(code);
  }
});

test('R-UI-4 a key opens a browser session, which may what the key may and ends with it', async () => {
  const { key, apiKey } = await api.core.access.createKey(administrator, { name: 'laptop', role: 'OPERATOR' });
  const form = await post('/signin', { ...ownPage(), 'content-type': 'application/x-www-form-urlencoded' }, `key=${key}`);
  expect([form.status, form.headers.get('location'), form.headers.get('cache-control')]).toEqual([303, '/', 'no-store']);
  expect(form.headers.get('set-cookie')).toMatch(/^updraft-session-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=4\d{4}$/);
  const cookie = cookiesOf(form);
  expect(await viewerBy({ ...ownPage(), cookie })).toMatchObject({
    ...{ actorId: apiKey._id, kind: 'KEY', signedInBy: 'BROWSER_SESSION', name: 'laptop', role: 'OPERATOR' },
    session: { expiresAt: expect.any(String) },
  });
  const socket = await openSocket(api, { cookie, origin: api.url });
  expect(await socket.opened).toBe('connection_ack');
  await api.core.access.revokeKey(administrator, apiKey._id);
  expect((await asked({ ...ownPage(), cookie })).status).toBe(401);
  expect(await socket.closed).toMatchObject({ code: 4403 });
});

test('R-UI-4 the token of a cookie is stored hashed only', async () => {
  const cookie = await sessionOf(api.keys.viewer);
  const stored = JSON.stringify(await api.store.collections.browserSessions.find().toArray());
  expect(stored).not.toContain(cookie.split('=')[1]);
});

test('R-UI-4 a cookie counts for pages of the API itself, and for no other', async () => {
  const cookie = await sessionOf(api.keys.administrator);
  const mine: Record<string, string>[] = [ownPage(), { origin: api.url }, { 'sec-fetch-site': 'same-origin' }];
  for (const headers of mine) expect([headers, (await asked({ cookie, ...headers })).status]).toEqual([headers, 200]);
  const others: Record<string, string>[] = [
    {},
    { origin: 'https://console.example.com' },
    { origin: 'https://console.example.com', 'sec-fetch-site': 'same-origin' },
    { origin: api.url, 'sec-fetch-site': 'same-site' },
    { origin: api.url, 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'null' },
    { origin: api.url.replace('127.0.0.1', 'localhost') },
    { origin: api.url.replace(/\d+$/, '1') },
  ];
  for (const headers of others) expect([headers, (await asked({ cookie, ...headers })).status]).toEqual([headers, 401]);
  const csv = (headers: Record<string, string>) => fetch(`${api.url}/metrics`, { headers: { cookie, ...headers } });
  expect((await csv({ 'sec-fetch-site': 'none' })).status).toBe(200);
  expect((await csv({ 'sec-fetch-site': 'cross-site' })).status).toBe(401);
  for (const origin of ['https://console.example.com', undefined, 'https://evil.example']) {
    const socket = await openSocket(api, { cookie, origin });
    expect([origin, await socket.closed]).toMatchObject([origin, { code: origin === 'https://evil.example' ? 1006 : 4401 }]);
  }
});

test('R-UI-4 a header counts before a cookie, and one with nothing behind its scheme does not', async () => {
  const cookie = await sessionOf(api.keys.administrator);
  expect((await asked({ ...ownPage(), cookie, authorization: 'Bearer wrong' })).status).toBe(401);
  expect(await viewerBy({ ...ownPage(), cookie, authorization: `Bearer ${api.keys.viewer}` })).toMatchObject({
    role: 'VIEWER',
    session: null,
  });
  expect(await viewerBy({ ...ownPage(), cookie, authorization: 'Bearer ' })).toMatchObject({ role: 'ADMINISTRATOR' });
  const socket = await openSocket(api, { cookie, origin: api.url, payload: { authorization: 'Bearer ' } });
  expect(await socket.opened).toBe('connection_ack');
  socket.close();
});

test('R-UI-4 nobody is signed in by a page elsewhere, nor out', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const signIn = await post('/signin', headers, `key=${api.keys.viewer}`);
  expect([signIn.status, signIn.headers.get('set-cookie')]).toEqual([403, null]);
  const cookie = await sessionOf(api.keys.viewer);
  expect((await post('/signout', { cookie, origin: 'https://evil.example' })).status).toBe(403);
  expect((await asked({ ...ownPage(), cookie })).status).toBe(200);
});

test('R-UI-4 a program is told by JSON why it gets no session, and a person by the page', async () => {
  const wrong = await post('/signin', { authorization: 'Bearer updraft_wrong' });
  expect([wrong.status, await wrong.json()]).toMatchObject([401, { errors: [{ code: 'NOT_SIGNED_IN', hint: expect.any(String) }] }]);
  const late = await post('/signin', { authorization: `Bearer ${await issuer.token({ exp: 1 })}` });
  expect([late.status, await late.json()]).toMatchObject([401, { errors: [{ message: expect.stringContaining('expired') }] }]);
  const form = await post('/signin', { ...ownPage(), 'content-type': 'application/x-www-form-urlencoded' }, 'key=wrong');
  expect([form.status, await form.text()]).toEqual([401, expect.stringContaining('role="alert"')]);
  for (const body of ['', 'key[a]=x', 'key=a&key=b', `key=${'x'.repeat(20_000)}`, '%']) {
    const odd = await post('/signin', { ...ownPage(), 'content-type': 'application/x-www-form-urlencoded' }, body);
    expect([body.slice(0, 20), [400, 401, 413].includes(odd.status), odd.headers.get('set-cookie')]).toEqual([
      body.slice(0, 20),
      true,
      null,
    ]);
  }
});

test('R-UI-4 the page says who is signed in, without markup of theirs, and to no other page', async () => {
  const { key } = await api.core.access.createKey(administrator, { name: '<b>Ada</b>', role: 'VIEWER' });
  const cookie = await sessionOf(key);
  const page = async (headers: Record<string, string>) => (await fetch(`${api.url}/signin`, { headers })).text();
  expect(await page({ cookie, 'sec-fetch-site': 'none' })).toContain('signed in as &#60;b&#62;Ada');
  expect(await page({ cookie, 'sec-fetch-site': 'cross-site' })).not.toContain('signed in as');
  expect(await page({})).toContain('name="key"');
});

test('R-UI-4 R-SAFE-2 what a token has opened ends when it expires', async () => {
  // As short as lets this machine open something with it.
  for (let seconds = 2; ; seconds *= 2) {
    const soon = Math.floor(Date.now() / 1_000) + seconds;
    const token = await issuer.token({ exp: soon - issuer.issuer.clockSkewSeconds });
    const socket = await openSocket(api, { payload: { authorization: `Bearer ${token}` } });
    const isOpen = await Promise.race([socket.opened.then((type) => type === 'connection_ack'), socket.closed.then(() => false)]);
    if (!isOpen && Date.now() >= soon * 1_000) continue;
    expect(isOpen).toBe(true);
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(Date.now()).toBeGreaterThanOrEqual(soon * 1_000);
    return;
  }
});

test('R-UI-4 signing out ends the session and its WebSockets at once, and no other session', async () => {
  const [cookie, other] = [await sessionOf(api.keys.viewer), await sessionOf(api.keys.viewer)];
  const socket = await openSocket(api, { cookie, origin: api.url });
  await socket.opened;
  const out = await post('/signout', { ...ownPage(), cookie });
  expect([out.status, out.headers.get('location'), out.headers.get('set-cookie')]).toEqual([
    303,
    '/signin',
    expect.stringContaining('Max-Age=0'),
  ]);
  expect((await asked({ ...ownPage(), cookie })).status).toBe(401);
  expect(await socket.closed).toMatchObject({ code: 4403 });
  expect((await asked({ ...ownPage(), cookie: other })).status).toBe(200);
});

test("R-UI-4 a token's session ends with the token, a key that makes tokens opens none, and somebody has 20 at most", async () => {
  const answer = await post('/signin', { authorization: `Bearer ${await issuer.token({ sub: 'many' })}` });
  const { expiresAt } = (await answer.json()) as { expiresAt: string };
  expect(new Date(expiresAt).getTime() - Date.now()).toBeLessThanOrEqual(300_000);
  const maker = await api.core.access.createKey(administrator, { name: 'app server', role: 'ISSUER' });
  expect((await post('/signin', { authorization: `Bearer ${maker.key}` })).status).toBe(403);
  const { key, apiKey } = await api.core.access.createKey(administrator, { name: 'busy', role: 'VIEWER' });
  const first = await sessionOf(key);
  // Of two that are made in one millisecond neither is the older.
  const madeBy = Date.now();
  while (Date.now() <= madeBy) await new Promise(setImmediate);
  for (let count = 0; count < 20; count += 1) await sessionOf(key);
  expect(await api.store.collections.browserSessions.countDocuments({ actorId: apiKey._id })).toBe(20);
  expect((await asked({ ...ownPage(), cookie: first })).status).toBe(401);
});
