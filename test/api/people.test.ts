import { createAccessService } from '../../core/access/service';
import { administrator, settingsWith } from '../support/core-parts';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { browserLike, openSocket } from './support/browser-like';
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

const { ownPage, asked, jsonOf, viewerBy, sessionOf } = browserLike(() => api);

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
