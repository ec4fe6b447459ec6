import { createAccessService } from '../../core/access/service';
import type { Issuer } from '../../core/access/tokens/issuer';
import { createSealing } from '../../core/sealing';
import { MASTER_KEY, refusal, settingsWith } from '../support/core-parts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider/start';
import { createCookieJar } from './support/cookie-jar';
import { startTestApi, type TestApi } from './support/test-api';

let provider: OidcProvider;
let api: TestApi;
const away: Issuer['issuer'] = 'http://127.0.0.1:1';
beforeAll(async () => {
  provider = await startOidcProvider();
  const issuer = { ...provider.issuer, ownerClaim: 'customer' };
  const unreachable = { ...issuer, id: 'away', name: 'Away <Ltd>', issuer: away };
  api = await startTestApi({
    access: {
      issuers: [issuer, unreachable, { ...issuer, id: 'tokens-only', issuer: `${issuer.issuer}/x`, client: null }],
      session: { idleMinutes: 60, hours: 12 },
    },
  });
  await provider.begin(api.url);
});
afterAll(async () => {
  await api?.stop();
  await provider?.stop();
});

const isCallback = (address: string) => address.startsWith(`${api.url}/signin/callback`);
async function viewer(jar: ReturnType<typeof createCookieJar>) {
  const answer = await jar.ask(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: api.url, 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ query: '{ viewer { kind name role signedInBy } }' }) as never,
  });
  return ((await answer.json()) as { data?: { viewer: object } }).data?.viewer;
}
const reach = (jar: ReturnType<typeof createCookieJar>, login = 'ada') => jar.follow(`${api.url}/signin/corporate`, login, isCallback);

test('R-UI-4 a person signs in by a real provider with code, PKCE, state and nonce, and out', async () => {
  const jar = createCookieJar();
  const begun = await jar.ask(`${api.url}/signin/corporate`);
  const asked = new URL(begun.headers.get('location') ?? '').searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({
    ...{ response_type: 'code', client_id: 'updraft', code_challenge_method: 'S256', scope: 'openid profile' },
    ...{
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: `${api.url}/signin/callback`,
    },
  });
  expect(begun.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/);
  const { address } = await reach(jar);
  const landed = await jar.ask(address);
  expect([landed.status, await landed.text()]).toEqual([200, expect.stringContaining('content="0;url=/"')]);
  expect(await viewer(jar)).toEqual({ kind: 'PERSON', name: 'Ada', role: 'OPERATOR', signedInBy: 'BROWSER_SESSION' });
  const out = await jar.ask(`${api.url}/signout`, { method: 'POST', headers: { origin: api.url } });
  expect(out.headers.get('location')).toBe('/signin');
  expect(await viewer(jar)).toBeUndefined();
});

test('R-DEV-7 R-UI-4 the user of an app signs in by the same provider, by the claim that names an owner', async () => {
  const jar = createCookieJar();
  await jar.ask((await reach(jar, 'user')).address);
  expect(await viewer(jar)).toEqual({ kind: 'APP_USER', name: 'Uma', role: 'APP', signedInBy: 'BROWSER_SESSION' });
});

test('R-UI-4 one to whom the claims give no role is told so, and is nobody', async () => {
  const jar = createCookieJar();
  const { address } = await reach(jar, 'nobody');
  const landed = await jar.ask(address);
  expect([landed.status, await landed.text()]).toEqual([401, expect.stringContaining('no role here')]);
  expect(await viewer(jar)).toBeUndefined();
});

test('R-UI-4 the way back is for the browser that was sent, once, with the state it was sent with', async () => {
  const jar = createCookieJar();
  const { address } = await reach(jar);
  const elsewhere = await createCookieJar().ask(address);
  expect([elsewhere.status, elsewhere.headers.get('set-cookie')]).toEqual([401, expect.not.stringContaining('session')]);
  const other = createCookieJar();
  await other.ask(`${api.url}/signin/corporate`);
  expect((await other.ask(address)).status).toBe(401);
  const again = createCookieJar();
  const { address: good } = await reach(again);
  const cookies = new Map(again.cookies);
  expect((await again.ask(good)).status).toBe(200);
  // The same code with the same cookie: the provider knows that it was used.
  for (const [name, value] of cookies) again.cookies.set(name, value);
  expect((await again.ask(good)).status).toBe(401);
});

test.each([
  ['no state', (query: URLSearchParams) => query.delete('state')],
  ['two states', (query: URLSearchParams) => query.append('state', 'x')],
  ['another state', (query: URLSearchParams) => query.set('state', 'x'.repeat(43))],
  ['another code', (query: URLSearchParams) => query.set('code', 'x')],
  ['two codes', (query: URLSearchParams) => query.append('code', 'x')],
  ['no code', (query: URLSearchParams) => query.delete('code')],
  ['another issuer', (query: URLSearchParams) => query.set('iss', 'https://evil.example')],
  ['an error with markup', (query: URLSearchParams) => query.set('error', '<script>alert(1)</script>')],
])('R-UI-4 an answer with %s signs nobody in', async (_name, change) => {
  const jar = createCookieJar();
  const url = new URL((await reach(jar)).address);
  change(url.searchParams);
  const landed = await jar.ask(url.href);
  const page = await landed.text();
  expect([landed.status, page]).toEqual([401, expect.not.stringContaining('<script')]);
  expect(await viewer(jar)).toBeUndefined();
});

test('R-UI-4 a cookie of the sign-in that was changed is none', async () => {
  const jar = createCookieJar();
  const { address } = await reach(jar);
  for (const [name, value] of jar.cookies) if (name.includes('sign-in')) jar.cookies.set(name, `${value.slice(0, -8)}AAAAAAA=`);
  expect((await jar.ask(address)).status).toBe(401);
});

test('R-UI-4 after the sign-in the browser is led back to where the user was', async () => {
  const jar = createCookieJar();
  const wanted = '/console/batches?status=RUNNING&first=20#"top"';
  const page = await (await jar.ask(`${api.url}/signin?returnTo=${encodeURIComponent(wanted)}`)).text();
  const link = /href="(\/signin\/corporate[^"]*)"/.exec(page)?.[1] ?? '';
  const { address } = await jar.follow(`${api.url}${link}`, 'ada', isCallback);
  expect(address).not.toContain('console');
  const landed = await (await jar.ask(address)).text();
  expect(landed).toContain('content="0;url=/console/batches?status=RUNNING&#38;first=20#%22top%22"');
  expect(landed).toContain('<a href="/console/batches?status=RUNNING&#38;first=20#%22top%22">Go on</a>');
});

test('R-UI-4 R-UI-5 sign-ins are counted by way and result', async () => {
  const counted = async (way: string, result: string) =>
    Number(new RegExp(`sign_ins_total\\{way="${way}",result="${result}"\\} (\\d+)`).exec(await api.registry.metrics())?.[1]);
  const ways = ['signed_in', 'refused'].flatMap((result) =>
    ['identity_provider', 'key', 'token', 'link'].map((way) => [way, result] as const),
  );
  const all = () => Promise.all(ways.map(([way, result]) => counted(way, result)));
  const before = await all();
  const jar = createCookieJar();
  await jar.ask((await reach(jar)).address);
  const nobody = createCookieJar();
  await nobody.ask((await reach(nobody, 'nobody')).address);
  const signIn = (bearer: string) => fetch(`${api.url}/signin`, { method: 'POST', headers: { authorization: `Bearer ${bearer}` } });
  for (const bearer of [api.keys.viewer, `${api.keys.viewer}x`, await provider.token(), 'a.b.c']) await signIn(bearer);
  for (const token of [await api.core.access.createSignInLink(), 'none'])
    await fetch(`${api.url}/signin/link?token=${token}`, { redirect: 'manual' });
  expect((await all()).map((count, index) => count - (before[index] ?? 0))).toEqual(ways.map(() => 1));
});

test('R-UI-4 nobody is led anywhere else, whatever the address says', async () => {
  const jar = createCookieJar();
  for (const more of [
    '?returnTo=https://evil.example',
    '?returnTo=//evil.example',
    '?returnTo=/.//evil.example',
    '?returnTo=/a&returnTo=//evil.example',
    '?redirect_uri=https://evil.example',
    '?next=//evil.example',
  ]) {
    const { address } = await jar.follow(`${api.url}/signin/corporate${more}`, 'ada', isCallback);
    expect(await (await jar.ask(`${address}&${more.slice(1)}`)).text()).not.toContain('evil');
  }
  for (const id of ['%2f%2fevil.example', '..%2f..', 'unknown', '__proto__', 'tokens-only']) {
    const answer = await jar.ask(`${api.url}/signin/${id}`);
    expect([id, answer.status, answer.headers.get('location')]).toEqual([id, 404, null]);
  }
});

test('R-UI-4 R-SAFE-5 while a provider is away its sign-in says so, and the page, keys and other providers go on', async () => {
  const jar = createCookieJar();
  const answer = await jar.ask(`${api.url}/signin/away`);
  expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([
    503,
    '5',
    expect.stringContaining('Away &#60;Ltd&#62; does not answer'),
  ]);
  const page = await (await jar.ask(`${api.url}/signin`)).text();
  expect(page).toContain('href="/signin/corporate"');
  expect(page).not.toContain('tokens-only');
  expect((await api.ask('{ viewer { name } }')).status).toBe(200);
});

test('R-UI-4 a program comes with a token of the provider, also when its keys have changed since', async () => {
  const viewerOf = async () => (await api.ask('{ viewer { name role kind signedInBy } }', {}, await provider.token())).data;
  const expected = { viewer: { name: 'ci', role: 'VIEWER', kind: 'PERSON', signedInBy: 'TOKEN' } };
  expect(await viewerOf()).toEqual(expected);
  await provider.rotate('second');
  // Keys are fetched every 10 seconds at most.
  for (;;) {
    const data = await viewerOf();
    if (data) {
      expect(data).toEqual(expected);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});

test('R-UI-4 the log says why a sign-in failed, and has no secret, code or token', async () => {
  const jar = createCookieJar();
  const url = new URL((await reach(jar)).address);
  const code = url.searchParams.get('code') ?? '';
  url.searchParams.set('code', `${code}x`);
  await jar.ask(url.href);
  const said = JSON.stringify(api.warned);
  expect(api.warned).toContainEqual(expect.objectContaining({ issuer: 'corporate', reason: expect.any(String) }));
  for (const secret of [code, 'only-for-tests', 'eyJ']) expect(said).not.toContain(secret);
});

test('R-UI-4 any process with the same master key ends a sign-in that another has begun, within 10 minutes', async () => {
  // It goes on with the provider's, however long a sign-in takes.
  let aheadMs = 0;
  const clock = () => new Date(Date.now() + aheadMs);
  const access = { issuers: [provider.issuer], session: { idleMinutes: 60, hours: 12 } };
  const process = (masterKey: Buffer) =>
    createAccessService({ store: api.store, settings: settingsWith(), access, clock, sealing: createSealing([masterKey], 'sign-in') });
  const begin = async () => {
    const begun = await process(MASTER_KEY).beginSignIn('corporate', `${api.url}/signin/callback`, '/somewhere');
    if (!begun) throw new Error('There is no such issuer.');
    const { address } = await createCookieJar().follow(begun.url, 'ada', isCallback);
    return [new URL(address).searchParams, begun.transaction] as const;
  };
  expect(await refusal(process(Buffer.alloc(32, 8)).finishSignIn(...(await begin())))).toEqual([{ code: 'NOT_SIGNED_IN' }]);
  const late = await begin();
  const session = await process(MASTER_KEY).finishSignIn(...(await begin()));
  expect(session.returnTo).toBe('/somewhere');
  expect(await process(MASTER_KEY).authenticate({ session: session.token })).toMatchObject({ name: 'Ada', kind: 'PERSON' });
  aheadMs = 600_000;
  expect(await refusal(process(MASTER_KEY).finishSignIn(...late))).toEqual([{ code: 'NOT_SIGNED_IN' }]);
});
