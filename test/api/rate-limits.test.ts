import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { administrator } from '../support/core-parts';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { aBatch } from './support/a-batch';
import { browserLike, openSocket } from './support/browser-like';
import { startTestApi, type TestApi } from './support/test-api';

const clock = { ms: 0 };
const RATES = { key: 2, person: 3, appUser: 1, burstSeconds: 2 };
let issuer: TestIssuer;
let api: TestApi;
beforeAll(async () => {
  issuer = await startIssuer();
  api = await startTestApi({
    rates: RATES,
    now: () => clock.ms,
    origins: ['https://console.example.com'],
    access: { issuers: [issuer.issuer], session: { idleMinutes: 60, hours: 12 } },
  });
});
afterAll(async () => {
  await api?.stop();
  await issuer?.stop();
});
/** Everybody has all they may have. */
beforeEach(() => {
  clock.ms += 60_000;
});

const { ownPage, post, asked, sessionOf } = browserLike(() => api);
const as = (bearer: string) => ({ authorization: `Bearer ${bearer}` });
const newKey = async (role: 'VIEWER' | 'OPERATOR' | 'ISSUER' = 'OPERATOR') =>
  api.core.access.createKey(administrator, { name: 'limited', role });
const statuses = async (count: number, headers: Record<string, string>) => {
  const seen: number[] = [];
  for (let n = 0; n < count; n += 1) seen.push((await asked(headers)).status);
  return seen;
};

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(20);
}

test('R-UI-4 too many GraphQL requests are answered with 429, the code, the limit and the wait, and go on after it', async () => {
  const { key } = await newKey();
  expect(await statuses(4, as(key))).toEqual([200, 200, 200, 200]);
  const refused = await asked(as(key));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect([refused.headers.get('ratelimit-policy'), refused.headers.get('ratelimit')]).toEqual(['"key";q=4;w=2', '"key";r=0;t=1']);
  expect(await refused.json()).toEqual({
    errors: [
      {
        message: 'More than 2 requests a second came from this API key. Nothing was done for this one.',
        extensions: { code: 'RATE_LIMITED', hint: expect.stringContaining('in 1 s'), limit: '2 requests a second', retryAfter: 1 },
      },
    ],
  });
  clock.ms += 1_000;
  expect(await statuses(3, as(key))).toEqual([200, 200, 429]);
});

test('R-UI-4 each answer says how many requests are left, and pages of other origins may read it', async () => {
  const { key } = await newKey();
  const answer = await asked({ ...as(key), origin: 'https://console.example.com' });
  expect([answer.headers.get('ratelimit-policy'), answer.headers.get('ratelimit')]).toEqual(['"key";q=4;w=2', '"key";r=3;t=1']);
  expect(answer.headers.get('access-control-expose-headers')).toMatch(/RateLimit,RateLimit-Policy,Retry-After/);
  const aliased = await asked(as(key), `{ ${Array.from({ length: 50 }, (_, n) => `a${n}: viewer { name }`).join(' ')} }`);
  expect([aliased.status, aliased.headers.get('ratelimit')]).toEqual([200, '"key";r=2;t=1']);
});

test('R-UI-4 nothing is done for a request over the limit: no mutation, no upload, and no look at its body', async () => {
  const { key } = await newKey();
  await statuses(4, as(key));
  const mutation = await asked(as(key), 'mutation { createProduct(input: { key: "none", name: "None" }) { product { key } } }');
  expect([mutation.status, await api.core.products.get('none')]).toEqual([429, null]);
  for (const path of ['/packages', '/lists?productKey=none', '/imports?productKey=none', '/uploads', '/graphql'])
    expect((await post(path, as(key), 'anything')).status).toBe(429);
  const csv = await fetch(`${api.url}/batches/none/tasks.csv`, { headers: as(key) });
  expect([csv.status, csv.headers.get('retry-after')]).toEqual([429, '1']);
  expect(await csv.json()).toEqual({
    errors: [
      { code: 'RATE_LIMITED', message: expect.any(String), hint: expect.stringContaining('Retry-After'), limit: '2 requests a second' },
    ],
  });
});

test('R-UI-4 over a WebSocket the operation has the error, and the socket stays open; a subscription counts once', async () => {
  const batchId = await aBatch(api, 'limited');
  const { key } = await newKey();
  const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: { type: string; id?: string; payload?: unknown }[] = [];
  socket.on('message', (text) => messages.push(JSON.parse(String(text))));
  const of = (id: string) => messages.filter((message) => message.id === id);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: as(key) }));
  await until(async () => messages.some(({ type }) => type === 'connection_ack'));
  const send = (id: string, query: string) => socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query } }));
  // The connection is the first request, and the subscription the second, whatever it tells.
  send('live', `subscription { batchProgress(batchId: "${batchId}") { __typename } }`);
  await until(async () => of('live').length > 0);
  for (const id of ['1', '2', '3']) send(id, '{ viewer { name } }');
  await until(async () => of('2').length > 0 && of('3').length > 0);
  expect([of('live')[0]?.type, of('1')[0]?.type, of('2')[0]?.type]).toEqual(['next', 'next', 'next']);
  expect(of('3')).toEqual([
    {
      ...{ id: '3', type: 'error' },
      payload: [
        {
          message: expect.stringContaining('More than 2 requests a second'),
          extensions: { code: 'RATE_LIMITED', hint: expect.any(String), limit: '2 requests a second', retryAfter: 1 },
        },
      ],
    },
  ]);
  clock.ms += 1_000;
  send('4', '{ viewer { name } }');
  await until(async () => of('4').length > 0);
  expect([of('4')[0]?.type, of('live').some(({ type }) => type !== 'next'), socket.readyState]).toEqual(['next', false, socket.OPEN]);
  socket.close();
  await statuses(2, as(key));
  const next = await openSocket(api, { payload: as(key) });
  expect(await next.closed).toMatchObject({ code: 1013, reason: expect.stringContaining('More than 2 requests a second') });
});

test('R-UI-4 a person is counted as one by token and browser session, and so is a key', async () => {
  const token = await issuer.token({ sub: 'ada' });
  const cookie = await sessionOf(token);
  expect(await statuses(3, { ...ownPage(), cookie })).toEqual([200, 200, 200]);
  expect(await statuses(3, as(token))).toEqual([200, 200, 429]);
  expect((await asked({ ...ownPage(), cookie })).headers.get('ratelimit-policy')).toBe('"person";q=6;w=2');
  expect(await statuses(1, as(await issuer.token({ sub: 'grace' })))).toEqual([200]);
});

test('R-UI-4 sign-ins with a key are counted with its requests, in the form of whoever signs in', async () => {
  const { key } = await newKey();
  await statuses(4, as(key));
  const program = await post('/signin', as(key));
  expect([program.status, program.headers.get('retry-after'), program.headers.get('set-cookie')]).toEqual([429, '1', null]);
  expect(await program.json()).toMatchObject({ errors: [{ code: 'RATE_LIMITED' }] });
  const form = await post('/signin', { ...ownPage(), 'content-type': 'application/x-www-form-urlencoded' }, `key=${key}`);
  expect([form.status, await form.text()]).toEqual([429, expect.stringContaining('More than 2 requests a second')]);
});

test('R-UI-4 R-DEV-7 all tokens of one owner count together, those of another apart, and neither with the key that made them', async () => {
  const { key } = await newKey('ISSUER');
  const issuing = await api.core.access.authenticate(key);
  if (!issuing) throw new Error('The key is refused.');
  const tokenOf = async (owner: string) => (await api.core.access.createAppToken(issuing, { owner, minutes: 60 })).token;
  const [one, two, other] = [await tokenOf('user-1'), await tokenOf('user-1'), await tokenOf('user-2')];
  expect(await statuses(1, as(one))).toEqual([200]);
  expect(await statuses(2, as(two))).toEqual([200, 429]);
  expect(await statuses(1, as(other))).toEqual([200]);
  expect((await asked(as(one))).headers.get('ratelimit-policy')).toBe('"app-user";q=2;w=2');
  expect(await statuses(1, as(key))).toEqual([200]);
});

test('R-UI-4 who is not known takes nothing of anybody, and a device downloads without being counted', async () => {
  const { key } = await newKey();
  for (let n = 0; n < 20; n += 1) expect((await asked(as(`${key.slice(0, -1)}!`))).status).toBe(401);
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${api.url}/d/none`)));
  expect(answers.every(({ status, headers }) => status !== 429 && !headers.has('ratelimit'))).toBe(true);
  expect((await asked(as(key))).headers.get('ratelimit')).toBe('"key";r=3;t=1');
});

test('R-UI-4 refusals are in the audit trail, as far as it samples them, and all in the metrics', async () => {
  const { key, apiKey } = await newKey();
  const counted = async () => Number(/rate_limited_total\{kind="key"\} (\d+)/.exec(await api.registry.metrics())?.[1]);
  const before = await counted();
  await statuses(34, as(key));
  expect((await counted()) - before).toBe(30);
  const entries = () => api.store.collections.auditEntries.find({ actor: apiKey._id, codes: 'RATE_LIMITED' }).toArray();
  await until(async () => (await entries()).length >= 20);
  expect((await entries())[0]).toMatchObject({ kind: 'REFUSAL', action: 'ALL /graphql', actorKind: 'KEY', result: 'REFUSED' });
});
