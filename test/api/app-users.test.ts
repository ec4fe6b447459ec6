import { SignJWT } from 'jose';
import { OWNER_DEVICES } from '../../core/access/apps/devices-of-owner';
import { createAccessService } from '../../core/access/service';
import { aPackage, aTask } from '../support/builders';
import { administrator, operator, refusal, settingsWith } from '../support/core-parts';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { startTestApi, type TestApi } from './support/test-api';

const task = (deviceName: string) =>
  aTask({ productKey: 'meter', deviceName, status: 'UNCONFIRMED', offerAt: null, reachable: false, gatewayId: null });
const [mine, others] = [task('mine'), task('other')];

let issuer: TestIssuer;
let api: TestApi;
beforeAll(async () => {
  issuer = await startIssuer();
  const issuers = [{ ...issuer.issuer, ownerClaim: ['app', 'user'] }];
  api = await startTestApi({ access: { issuers, session: { idleMinutes: 60, hours: 12 } } });
  await api.core.products.create(administrator, { key: 'meter', name: 'Water meter' });
  await api.core.devices.register(administrator, 'meter', [{ deviceName: 'mine', owner: 'user-1' }, { deviceName: 'other' }]);
  await api.store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  await api.store.collections.tasks.insertMany([mine, others]);
});
afterAll(async () => {
  await api?.stop();
  await issuer?.stop();
});

const codes = ({ errors }: { errors?: { extensions: Record<string, unknown> }[] }) => errors?.map(({ extensions }) => extensions.code);
const jwtOf = (user: unknown, claims = {}) => issuer.token({ groups: [], name: 'Ada', app: { user }, ...claims });
const UNFINISHED = 'query ($id: ID!) { unfinishedTasks(deviceId: $id) { edges { node { id } } } }';
const VIEWER = '{ viewer { kind role name owner signedInBy actorId } }';
const issuerKey = () => api.core.access.createKey(administrator, { name: 'app server', role: 'ISSUER' });
const tokenBy = async (key: string, input: object) =>
  (
    await api.ask(
      'mutation ($input: CreateAppTokenInput!) { createAppToken(input: $input) { token expiresAt userErrors { code field } } }',
      { input },
      key,
    )
  ).data.createAppToken as { token: string; expiresAt: string; userErrors: object[] };

test('R-DEV-7 R-UI-4 a token whose claim names an owner acts for the devices of the owner, and nothing is stored of who has it', async () => {
  const token = await jwtOf('user-1');
  const people = await api.store.collections.people.countDocuments();
  expect((await api.ask(VIEWER, {}, token)).data.viewer).toEqual({
    ...{ kind: 'APP_USER', role: 'APP', name: 'Ada', owner: 'user-1', signedInBy: 'TOKEN' },
    actorId: expect.stringMatching(/^user:[\w-]{22}$/),
  });
  expect((await api.ask(UNFINISHED, { id: 'meter.mine' }, token)).data.unfinishedTasks).toEqual({ edges: [{ node: { id: mine._id } }] });
  expect(codes(await api.ask(UNFINISHED, { id: 'meter.other' }, token))).toEqual(['NOT_ALLOWED']);
  expect(codes(await api.ask('{ packages { edges { node { id } } } }', {}, token))).toEqual(['NOT_ALLOWED']);
  const decided = await api.ask(
    'mutation ($ids: [ID!]!) { rejectTasks(input: { taskIds: $ids }) { tasks { id } } }',
    { ids: [mine._id, others._id] },
    token,
  );
  expect(codes(decided)).toEqual(['NOT_ALLOWED']);
  expect(await api.store.collections.people.countDocuments()).toBe(people);
});

test.each<[string, unknown, object]>([
  ['no owner', undefined, {}],
  ['two owners', ['user-1', 'user-2'], {}],
  ['an owner that no device may have', 'u'.repeat(129), {}],
  ['an object', { id: 'user-1' }, {}],
  ['an empty owner', '', {}],
])('R-DEV-7 a token with %s gives no role', async (_, user, claims) => {
  expect(await refusal(api.core.access.authenticate(await jwtOf(user, claims)))).toMatchObject([{ code: 'NOT_SIGNED_IN' }]);
});

test('R-DEV-7 who has a role is a person, also with the claim of an owner', async () => {
  const viewer = await api.core.access.authenticate(await jwtOf('user-1', { groups: ['staff'], sub: 'both' }));
  expect(viewer).toMatchObject({ kind: 'PERSON', role: 'VIEWER' });
  expect(viewer?.owner).toBeUndefined();
});

test('R-DEV-7 a device that is given to another owner is gone from the app of the one before within a second', async () => {
  await api.core.devices.register(operator, 'meter', [{ deviceName: 'sold', owner: 'user-7' }]);
  const token = await jwtOf('user-7');
  const own = async () => (await api.core.access.authenticate(token))?.deviceIds;
  expect(await own()).toEqual(['meter.sold']);
  await api.core.devices.setOwners(operator, [{ deviceId: 'meter.sold', owner: 'user-8' }]);
  while ((await own())?.length !== 0) await new Promise((next) => setTimeout(next, 20));
});

test('R-DEV-7 a key of the role ISSUER makes tokens for owners, and may do nothing else', async () => {
  const { key } = await issuerKey();
  const { token, expiresAt, userErrors } = await tokenBy(key, { owner: 'user-1', minutes: 30 });
  expect(userErrors).toEqual([]);
  expect(new Date(expiresAt).getTime() - Date.now()).toBeLessThanOrEqual(30 * 60_000);
  const { viewer } = (await api.ask(VIEWER, {}, token)).data;
  expect(viewer).toMatchObject({ kind: 'APP_USER', role: 'APP', owner: 'user-1' });
  expect(viewer).toMatchObject({ actorId: (await api.core.access.authenticate(await jwtOf('user-1')))?.actorId });
  expect((await api.ask(UNFINISHED, { id: 'meter.mine' }, token)).data.unfinishedTasks).toEqual({ edges: [{ node: { id: mine._id } }] });
  expect((await api.ask(VIEWER, {}, key)).data.viewer).toMatchObject({ role: 'ISSUER', owner: null });
  for (const query of ['{ devices { edges { node { id } } } }', '{ limits { devicesPerCall } }', `{ task(id: "${mine._id}") { id } }`])
    expect(codes(await api.ask(query, {}, key))).toEqual(['NOT_ALLOWED']);
  expect(await refusal(api.core.access.openSession(key))).toMatchObject([{ code: 'NOT_ALLOWED' }]);
});

test("R-DEV-7 R-UI-4 an app's key, its token, or one of an identity provider opens a browser session, which ends with it and sees no more", async () => {
  const { access } = api.core;
  const maker = await issuerKey();
  const { token, expiresAt } = await tokenBy(maker.key, { owner: 'user-1', minutes: 30 });
  const app = await access.createKey(administrator, { name: 'phone', role: 'APP', deviceIds: ['meter.mine'] });
  const opened = async (bearer: string) => (await access.openSession(bearer)) ?? { token: '', expiresAt: new Date(0) };
  const [byToken, byProvider, byKey] = [await opened(token), await opened(await jwtOf('user-1')), await opened(app.key)];
  expect(byToken.expiresAt).toEqual(new Date(expiresAt));
  expect(byProvider.expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(5 * 60_000);
  const viewerOf = ({ token: session }: typeof byToken) => access.authenticate({ session });
  for (const session of [byToken, byProvider])
    expect(await viewerOf(session)).toMatchObject({ kind: 'APP_USER', role: 'APP', owner: 'user-1', deviceIds: ['meter.mine'] });
  expect(await viewerOf(byKey)).toMatchObject({ kind: 'KEY', role: 'APP', deviceIds: ['meter.mine'] });
  const otherTerms = createAccessService({ store: api.store, settings: settingsWith(), clock: () => new Date() });
  expect([await otherTerms.authenticate({ session: byProvider.token }), await viewerOf(byProvider)]).toEqual([null, expect.anything()]);
  const viewer = await viewerOf(byToken);
  const ended = viewer && new Promise<void>((resolve) => void access.hold({ session: byToken.token }, viewer, resolve));
  await access.revokeKey(administrator, maker.apiKey._id);
  await ended;
  await access.revokeKey(administrator, app.apiKey._id);
  expect([await viewerOf(byToken), await viewerOf(byKey)]).toEqual([null, null]);
});

test.each<[string, object, object]>([
  ['ten years', { owner: 'u', minutes: 5_256_000 }, { code: 'OUT_OF_RANGE', field: 'minutes' }],
  ['no time', { owner: 'u', minutes: 0 }, { code: 'OUT_OF_RANGE', field: 'minutes' }],
  ['nobody', { owner: '', minutes: 5 }, { code: 'REQUIRED', field: 'owner' }],
])('R-DEV-7 a token for %s is refused', async (_, input, expected) => {
  const { key } = await issuerKey();
  expect(await tokenBy(key, input)).toEqual({ token: null, expiresAt: null, userErrors: [expected] });
});

test('R-DEV-7 R-SAFE-2 tokens end with the key that made them, here at once, and what they hold open too', async () => {
  const { key, apiKey } = await issuerKey();
  const { token } = await tokenBy(key, { owner: 'user-1', minutes: 30 });
  const viewer = await api.core.access.authenticate(token);
  const ended = viewer && new Promise<void>((resolve) => void api.core.access.hold(token, viewer, resolve));
  await api.core.access.revokeKey(administrator, apiKey._id);
  await ended;
  expect(await refusal(api.core.access.authenticate(token))).toMatchObject([{ code: 'NOT_SIGNED_IN' }]);
});

test('R-DEV-7 a token that is over, changed, or signed by somebody else is refused', async () => {
  let now = new Date();
  const access = createAccessService({ store: api.store, settings: settingsWith(), clock: () => now });
  const { key, apiKey } = await issuerKey();
  const viewer = await access.authenticate(key);
  if (!viewer) throw new Error('the key is none');
  const { token } = await access.createAppToken(viewer, { owner: 'user-1', minutes: 1 });
  expect(await access.authenticate(token)).toMatchObject({ owner: 'user-1' });
  const [header, , signature] = token.split('.');
  const claims = { owner: 'user-2', key: apiKey._id, exp: Math.floor(now.getTime() / 1_000) + 60 };
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  const typ = 'updraft-app+jwt';
  const none = `${Buffer.from(JSON.stringify({ alg: 'none', typ })).toString('base64url')}.${body}.`;
  const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ }).sign(Buffer.alloc(32));
  for (const wrong of [`${header}.${body}.${signature}`, none, foreign])
    expect(await refusal(access.authenticate(wrong))).toMatchObject([{ code: 'NOT_SIGNED_IN' }]);
  now = new Date(now.getTime() + 61_000);
  expect(await refusal(access.authenticate(token))).toMatchObject([{ code: 'NOT_SIGNED_IN' }]);
});

test('R-DEV-7 keys of other roles make no tokens, and an owner has as many devices in an app as may be', async () => {
  const refused = await api.ask(
    'mutation { createAppToken(input: { owner: "u", minutes: 1 }) { token userErrors { code } } }',
    {},
    api.keys.administrator,
  );
  expect(codes(refused)).toEqual(['NOT_ALLOWED']);
  const names = Array.from({ length: OWNER_DEVICES + 1 }, (_, index) => `many-${String(index).padStart(4, '0')}`);
  for (const part of [names.slice(0, 500), names.slice(500, 1_000), names.slice(1_000)])
    await api.core.devices.register(
      operator,
      'meter',
      part.map((deviceName) => ({ deviceName, owner: 'user-many' })),
    );
  const viewer = await api.core.access.authenticate(await jwtOf('user-many'));
  expect([viewer?.deviceIds?.length, viewer?.deviceIds?.includes('meter.many-1000')]).toEqual([OWNER_DEVICES, false]);
});
