import { request } from 'node:http';
import { createAccessService } from '../../core/access/service';
import { administrator, settingsWith } from '../support/core-parts';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { cookiesOf, openSocket } from './support/browser-like';
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

const VIEWER = '{ viewer { actorId kind signedInBy name role products keyId session { expiresAt } } }';
const ownPage = () => ({ origin: api.url, 'sec-fetch-site': 'same-origin' });
const post = (path: string, headers: Record<string, string> = {}, body?: string) =>
  fetch(`${api.url}${path}`, { method: 'POST', redirect: 'manual', headers, body });
const asked = (headers: Record<string, string>, query = VIEWER) =>
  post('/graphql', { 'content-type': 'application/json', ...headers }, JSON.stringify({ query }));
const jsonOf = async (answer: Response) => (await answer.json()) as { data?: Record<string, never>; errors: { message: string }[] };
const viewerBy = async (headers: Record<string, string>) =>
  (await jsonOf(await asked(headers))).data?.viewer as unknown as { actorId: string };

async function sessionOf(bearer: string): Promise<string> {
  const answer = await post('/signin', { authorization: `Bearer ${bearer}` });
  expect(answer.status).toBe(200);
  return cookiesOf(answer);
}

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
  const soon = Math.floor(Date.now() / 1_000) + 2;
  const token = await issuer.token({ exp: soon - issuer.issuer.clockSkewSeconds });
  const socket = await openSocket(api, { payload: { authorization: `Bearer ${token}` } });
  expect(await socket.opened).toBe('connection_ack');
  expect(await socket.closed).toMatchObject({ code: 4403 });
  expect(Date.now()).toBeGreaterThanOrEqual(soon * 1_000);
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

test("R-UI-4 a token's session ends with the token, an app's key opens none, and somebody has 20 at most", async () => {
  const answer = await post('/signin', { authorization: `Bearer ${await issuer.token({ sub: 'many' })}` });
  const { expiresAt } = (await answer.json()) as { expiresAt: string };
  expect(new Date(expiresAt).getTime() - Date.now()).toBeLessThanOrEqual(300_000);
  await api.core.products.create(administrator, { key: 'meter', name: 'Meters' });
  await api.core.devices.register(administrator, 'meter', [{ deviceName: 'meter-1' }]);
  const app = await api.core.access.createKey(administrator, { name: 'app', role: 'APP', deviceIds: ['meter.meter-1'] });
  expect((await post('/signin', { authorization: `Bearer ${app.key}` })).status).toBe(403);
  const { key, apiKey } = await api.core.access.createKey(administrator, { name: 'busy', role: 'VIEWER' });
  const first = await sessionOf(key);
  for (let count = 0; count < 20; count += 1) await sessionOf(key);
  expect(await api.store.collections.browserSessions.countDocuments({ actorId: apiKey._id })).toBe(20);
  expect((await asked({ ...ownPage(), cookie: first })).status).toBe(401);
});

describe('R-UI-4 people', () => {
  const people = (more = '') =>
    api.ask(
      `{ people${more} { edges { node { id issuer subject name role products firstSeenAt lastSeenAt blockedAt } } } }`,
      {},
      api.keys.administrator,
    );
  const set = (mutation: string, id: string, key = api.keys.administrator) =>
    api.ask(`mutation { ${mutation}(input: { id: "${id}" }) { person { blockedAt } userErrors { code } } }`, {}, key);

  test('R-UI-4 who has signed in is listed for administrators, as they were last', async () => {
    await viewerBy({ authorization: `Bearer ${await issuer.token({ sub: 'grace', name: 'Grace', groups: ['staff'], products: ['*'] })}` });
    const { data } = await people();
    const { edges } = data.people as { edges: { node: Record<string, unknown> }[] };
    expect(edges.map(({ node }) => node).find(({ subject }) => subject === 'grace')).toEqual({
      ...{ id: expect.stringMatching(/^person:/), issuer: issuer.url, subject: 'grace', name: 'Grace', role: 'VIEWER', products: null },
      ...{ firstSeenAt: expect.any(String), lastSeenAt: expect.any(String), blockedAt: null },
    });
    const refused = await api.ask('{ people { edges { cursor } } }', {}, api.keys.operator);
    expect([refused.data, refused.errors?.[0]?.extensions.code]).toEqual([{ people: null }, 'NOT_ALLOWED']);
  });

  test('R-UI-4 R-SAFE-2 one who is blocked is out at once, by token, session and WebSocket, until they are let in again', async () => {
    const token = await issuer.token({ sub: 'mallory', groups: ['admins'], products: ['*'] });
    const { actorId } = await viewerBy({ authorization: `Bearer ${token}` });
    const cookie = await sessionOf(token);
    const sockets = await Promise.all([
      openSocket(api, { payload: { authorization: `Bearer ${token}` } }),
      openSocket(api, { cookie, origin: api.url }),
    ]);
    for (const socket of sockets) expect(await socket.opened).toBe('connection_ack');
    expect((await set('blockPerson', actorId, api.keys.operator)).errors?.[0]?.extensions.code).toBe('NOT_ALLOWED');
    expect((await set('blockPerson', actorId)).data).toEqual({
      blockPerson: { person: { blockedAt: expect.any(String) }, userErrors: [] },
    });
    const refused = await asked({ authorization: `Bearer ${token}` });
    expect([refused.status, (await jsonOf(refused)).errors[0]?.message]).toEqual([401, expect.stringContaining('blocked')]);
    expect((await asked({ ...ownPage(), cookie })).status).toBe(401);
    for (const socket of sockets) expect(await socket.closed).toMatchObject({ code: 4403 });
    const { data } = await people('(filter: { blocked: true })');
    expect((data.people as { edges: { node: { id: string } }[] }).edges.map(({ node }) => node.id)).toEqual([actorId]);
    await set('unblockPerson', actorId);
    expect((await asked({ authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await asked({ ...ownPage(), cookie })).status).toBe(401);
  });

  test('R-SAFE-2 one who was blocked in another process makes no key, and what they hold here ends', async () => {
    const token = await issuer.token({ sub: 'trudy', groups: ['admins'], products: ['*'] });
    const { actorId } = await viewerBy({ authorization: `Bearer ${token}` });
    const socket = await openSocket(api, { payload: { authorization: `Bearer ${token}` } });
    await socket.opened;
    const elsewhere = createAccessService({ store: api.store, settings: settingsWith(), clock: () => new Date() });
    await elsewhere.blockPerson(administrator, actorId);
    const made = await asked(
      { authorization: `Bearer ${token}` },
      'mutation { createApiKey(input: { name: "x", role: ADMINISTRATOR }) { key } }',
    );
    expect(JSON.stringify(await made.json())).toContain('NOT_SIGNED_IN');
    expect(await api.store.collections.apiKeys.countDocuments({ createdBy: actorId })).toBe(0);
    expect(await socket.closed).toMatchObject({ code: 4403 });
  });

  test('R-UI-4 nobody is blocked by an id that is nobody’s', async () => {
    expect((await set('blockPerson', 'person:none')).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });
});

describe('R-UI-4 the link that a start prints', () => {
  const link = async () => `/signin/link?token=${await api.core.access.createSignInLink()}`;
  const open = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number; cookie: string; location?: string }>((resolve, reject) => {
      const req = request(`${api.url}${path}`, { method, headers }, (res) => {
        res.resume();
        const { location, 'set-cookie': set = [] } = res.headers;
        resolve({ status: res.statusCode ?? 0, location, cookie: set[0]?.split(';')[0] ?? '' });
      });
      req.on('error', reject).end();
    });

  test('R-UI-4 signs an administrator in, once', async () => {
    const path = await link();
    const { status, location, cookie } = await open(path);
    expect([status, location]).toEqual([303, '/']);
    expect(await viewerBy({ ...ownPage(), cookie })).toMatchObject({ kind: 'PERSON', role: 'ADMINISTRATOR', products: null });
    expect(await open(path)).toMatchObject({ status: 401, cookie: '' });
  });

  test('R-UI-4 is not used up by what only looks ahead, nor opened by another name', async () => {
    const path = await link();
    for (const header of ['sec-purpose', 'purpose']) expect((await open(path, { [header]: 'prefetch' })).status).toBe(204);
    expect((await open(path, {}, 'HEAD')).status).toBe(204);
    expect((await open(path, { host: 'evil.example:8080' })).status).toBe(403);
    const racing = await Promise.all(Array.from({ length: 5 }, () => open(path)));
    expect(racing.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401, 401]);
  });

  test('R-UI-4 is not found by trying', async () => {
    const tried = [];
    for (let count = 0; count < 40; count += 1) tried.push((await open(`/signin/link?token=${'A'.repeat(43)}`)).status);
    expect(tried.filter((status) => status === 401).length).toBeLessThanOrEqual(20);
    expect(tried.at(-1)).toBe(429);
  });
});
