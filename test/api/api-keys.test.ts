import { createAccessService } from '../../core/access/service';
import type { Viewer } from '../../core/access/viewer';
import { administrator, handClock, refusal, settingsWith } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  for (const key of ['ownMeters', 'foreignMeters']) {
    await api.core.products.create(administrator, { key, name: key });
    await api.core.devices.register(administrator, key, [{ deviceName: 'meter-1', owner: 'ada' }]);
  }
});
afterAll(() => api?.stop());

const FIELDS = 'id name role products expiresAt lastUsedAt revokedAt';
const create = async (input: object, key = api.keys.administrator) => {
  const query = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { ${FIELDS} } userErrors { code field } } }`;
  const { data, errors } = await api.ask(query, { input: { name: 'k', role: 'OPERATOR', ...input } }, key);
  return { errors, ...(data?.createApiKey as { key: string; apiKey: { id: string }; userErrors: object[] }) };
};
const update = async (input: object, key = api.keys.administrator) => {
  const query = `mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKey { ${FIELDS} } userErrors { code field } } }`;
  const { data, errors } = await api.ask(query, { input }, key);
  return { errors, ...(data?.updateApiKey as { apiKey: object; userErrors: object[] }) };
};
const devicesBy = async (key: string) => {
  const { data } = await api.ask('{ devices { edges { node { id } } } }', {}, key);
  return (data.devices as { edges: { node: { id: string } }[] }).edges.map(({ node }) => node.id);
};
const soon = () => new Date(Date.now() + 3_600_000).toISOString();
/** A subscription that is open, with what tells that it ended. */
async function heldBy(key: string) {
  const closed = new Promise<{ code: number }>((resolve) => {
    const client = api.socket({ apiKey: key });
    client.on('closed', (event) => resolve(event as { code: number }));
    client.on('connected', () => opened());
    void (async () => {
      for await (const _ of client.iterate({ query: 'subscription { taskChanges { __typename } }' }));
    })().catch(() => undefined);
  });
  let opened: () => void = () => undefined;
  await new Promise<void>((resolve) => {
    opened = resolve;
  });
  return { closed };
}

test('R-UI-4 a key is made for products, renamed, and made for others; what it does follows at once', async () => {
  const { key, apiKey } = await create({ products: ['ownMeters'], expiresAt: soon() });
  expect(apiKey).toMatchObject({ products: ['ownMeters'], expiresAt: expect.any(String), lastUsedAt: null });
  expect(await devicesBy(key)).toEqual(['ownMeters.meter-1']);
  const renamed = await update({ id: apiKey.id, name: 'line 7' });
  expect(renamed).toMatchObject({ userErrors: [], apiKey: { name: 'line 7', products: ['ownMeters'], lastUsedAt: expect.any(String) } });
  await update({ id: apiKey.id, products: ['foreignMeters'], expiresAt: null });
  expect(await devicesBy(key)).toEqual(['foreignMeters.meter-1']);
  expect(await update({ id: apiKey.id, products: null })).toMatchObject({ apiKey: { products: null, expiresAt: null } });
  expect(await devicesBy(key)).toHaveLength(2);
});

test('R-UI-4 R-SAFE-2 what a key has opened ends with its rights, and not with its name', async () => {
  const { key, apiKey } = await create({ role: 'VIEWER' });
  const { closed } = await heldBy(key);
  await update({ id: apiKey.id, name: 'another' });
  expect(await devicesBy(key)).toHaveLength(2);
  await update({ id: apiKey.id, products: ['ownMeters'] });
  expect(await closed).toMatchObject({ code: 4403 });
});

test('R-UI-4 R-SAFE-2 what was changed in another process is so here, and ends what is open', async () => {
  const { key, apiKey } = await create({ role: 'VIEWER' });
  const { closed } = await heldBy(key);
  const elsewhere = createAccessService({ store: api.store, settings: settingsWith(), clock: () => new Date() });
  await elsewhere.updateKey(administrator, apiKey.id, { products: ['ownMeters'] });
  expect(await closed).toMatchObject({ code: 4403 });
  expect(await devicesBy(key)).toEqual(['ownMeters.meter-1']);
});

test('R-UI-4 an expired key is refused with the reason, by whatever it comes with', async () => {
  const clock = handClock();
  const access = createAccessService({ store: api.store, settings: settingsWith(), clock });
  const until = new Date(clock().getTime() + 60_000);
  const { key, apiKey } = await access.createKey(administrator, { name: 'k', role: 'VIEWER', expiresAt: until });
  const session = await access.openSession(key);
  expect(await access.authenticate(key)).toMatchObject({ role: 'VIEWER' });
  clock.advance(60_000);
  const expired = [{ code: 'NOT_SIGNED_IN' }];
  expect(await refusal(access.authenticate(key))).toEqual(expired);
  expect(await refusal(access.authenticate({ session: session?.token ?? '' }))).toEqual(expired);
  await access.updateKey(administrator, apiKey._id, { expiresAt: null });
  expect(await access.authenticate(key)).toMatchObject({ role: 'VIEWER' });
  await api.store.collections.apiKeys.updateOne({ _id: apiKey._id }, { $set: { expiresAt: new Date(0) } });
  const answer = await fetch(`${api.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('expired')]);
});

test.each([
  ['an expiry that has passed', { expiresAt: '2020-01-01T00:00:00Z' }, { code: 'OUT_OF_RANGE', field: 'expiresAt' }],
  ['no product', { products: [] }, { code: 'REQUIRED', field: 'products' }],
  ['a product that is none', { products: ['ownMeters', 'nothing'] }, { code: 'PRODUCT_UNKNOWN', field: 'products.1' }],
  ['101 products', { products: Array.from({ length: 101 }, (_, index) => `p${index}`) }, { code: 'TOO_MANY', field: 'products' }],
  [
    'products of an app',
    { role: 'APP', deviceIds: ['ownMeters.meter-1'], products: ['ownMeters'] },
    { code: 'INVALID_FORMAT', field: 'products' },
  ],
])('R-UI-4 a key is not made with %s', async (_what, input, error) => {
  expect(await create(input)).toMatchObject({ key: null, userErrors: [error] });
});

test('R-UI-4 an administrator who is limited makes, sees and ends keys of own products alone', async () => {
  const { key: limited } = await create({ role: 'ADMINISTRATOR', products: ['ownMeters'] });
  expect(await create({ role: 'VIEWER' }, limited)).toMatchObject({ userErrors: [{ code: 'REQUIRED', field: 'products' }] });
  const foreign = { products: ['ownMeters', 'foreignMeters'] };
  expect(await create(foreign, limited)).toMatchObject({ userErrors: [{ code: 'PRODUCT_UNKNOWN', field: 'products.1' }] });
  const ofForeign = { role: 'APP', deviceIds: ['foreignMeters.meter-1'] };
  expect(await create(ofForeign, limited)).toMatchObject({ userErrors: [{ code: 'DEVICE_UNKNOWN', field: 'deviceIds' }] });
  const made = await create({ name: 'made by limited', products: ['ownMeters'] }, limited);
  const app = await create({ role: 'APP', deviceIds: ['ownMeters.meter-1'] }, limited);
  expect(made.userErrors).toEqual([]);
  const all = await create({ name: 'for all' });
  const both = await create({ name: 'for both', products: ['foreignMeters', 'ownMeters'] });
  const { data } = await api.ask(`{ apiKeys { edges { node { id products } } } }`, {}, limited);
  const seen = (data.apiKeys as { edges: { node: { id: string; products: string[] } }[] }).edges.map(({ node }) => node);
  expect(seen.map(({ id }) => id)).toEqual(expect.arrayContaining([made.apiKey.id, app.apiKey.id]));
  expect(seen.every(({ products }) => products?.every((one) => one === 'ownMeters'))).toBe(true);
  for (const { apiKey } of [all, both, { apiKey: { id: 'none' } }]) {
    expect((await update({ id: apiKey.id, name: 'taken' }, limited)).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    const revoked = await api.ask(`mutation { revokeApiKey(input: { id: "${apiKey.id}" }) { apiKey { id } } }`, {}, limited);
    expect(revoked.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  }
  expect(await update({ id: made.apiKey.id, products: null }, limited)).toMatchObject({
    userErrors: [{ code: 'REQUIRED', field: 'products' }],
  });
});

test('R-UI-4 an administrator whose own key expires gives no key a longer life, and not their own', async () => {
  const { key, apiKey } = await create({ role: 'ADMINISTRATOR', expiresAt: soon() });
  const later = new Date(Date.now() + 7_200_000).toISOString();
  const refused = { userErrors: [{ code: 'OUT_OF_RANGE', field: 'expiresAt' }] };
  expect(await create({}, key)).toMatchObject(refused);
  expect(await create({ expiresAt: later }, key)).toMatchObject(refused);
  expect(await update({ id: apiKey.id, expiresAt: null }, key)).toMatchObject(refused);
  expect(await update({ id: apiKey.id, expiresAt: later }, key)).toMatchObject(refused);
  expect(await update({ id: apiKey.id, name: 'renamed' }, key)).toMatchObject({ userErrors: [], apiKey: { name: 'renamed' } });
  expect(await create({ expiresAt: new Date(Date.now() + 60_000).toISOString() }, key)).toMatchObject({ userErrors: [] });
});

test('R-UI-4 who is limited learns from no filter whose child an own device is', async () => {
  const behindForeign = { deviceName: 'child', parent: { productKey: 'foreignMeters', deviceName: 'meter-1' } };
  await api.core.devices.register(administrator, 'ownMeters', [behindForeign]);
  const { key } = await create({ products: ['ownMeters'] });
  const query = '{ devices(filter: { parentId: "foreignMeters.meter-1" }) { edges { node { id } } } }';
  expect((await api.ask(query, {}, key)).data.devices).toEqual({ edges: [] });
  expect((await api.ask(query)).data.devices).toEqual({ edges: [{ node: { id: 'ownMeters.child' } }] });
  await api.core.devices.delete(administrator, ['ownMeters.child']);
});

test('R-UI-4 R-SAFE-2 one whose products were taken elsewhere makes no key with what they had', async () => {
  const { apiKey } = await create({ role: 'ADMINISTRATOR' });
  const stale: Viewer = { ...administrator, actorId: apiKey.id };
  await update({ id: apiKey.id, products: ['ownMeters'] });
  expect(await refusal(api.core.access.createKey(stale, { name: 'k', role: 'ADMINISTRATOR' }))).toEqual([{ code: 'NOT_SIGNED_IN' }]);
  expect(await refusal(api.core.access.updateKey(stale, apiKey.id, { products: null }))).toEqual([{ code: 'NOT_SIGNED_IN' }]);
  expect(await api.store.collections.apiKeys.countDocuments({ createdBy: apiKey.id })).toBe(0);
});

test('R-UI-4 the last administrator for all that does not expire is neither limited, nor given an end, nor revoked', async () => {
  const { collections } = api.store;
  const others = await collections.apiKeys.find({ role: 'ADMINISTRATOR', revokedAt: null }).toArray();
  const { apiKey } = await api.core.access.createKey(administrator, { name: 'last', role: 'ADMINISTRATOR' });
  const ids = others.map(({ _id }) => _id);
  await collections.apiKeys.updateMany({ _id: { $in: ids } }, { $set: { expiresAt: new Date(Date.now() + 3_600_000) } });
  const last = 'LAST_ADMINISTRATOR';
  const { updateKey, revokeKey } = api.core.access;
  expect(await refusal(updateKey(administrator, apiKey._id, { products: ['ownMeters'] }))).toEqual([{ code: last, field: 'products' }]);
  expect(await refusal(updateKey(administrator, apiKey._id, { expiresAt: new Date(Date.now() + 60_000) }))).toEqual([
    { code: last, field: 'expiresAt' },
  ]);
  expect(await refusal(revokeKey(administrator, apiKey._id))).toEqual([{ code: last, field: 'id' }]);
  await collections.apiKeys.updateMany({ _id: { $in: ids } }, { $set: { expiresAt: null } });
  expect(await updateKey(administrator, apiKey._id, { products: ['ownMeters'] })).toMatchObject({ products: ['ownMeters'] });
});

test('R-UI-4 R-DEV-7 apps of an issuer that is limited see the devices of its products, and lose them with it', async () => {
  const { key, apiKey } = await create({ role: 'ISSUER', products: ['ownMeters'] });
  const { data } = await api.ask('mutation { createAppToken(input: { owner: "ada", minutes: 5 }) { token } }', {}, key);
  const { token } = data.createAppToken as { token: string };
  expect(await api.core.access.authenticate(token)).toMatchObject({ products: ['ownMeters'], deviceIds: ['ownMeters.meter-1'] });
  const asked = (product: string) => api.ask(`{ unfinishedTasks(deviceId: "${product}.meter-1") { edges { cursor } } }`, {}, token);
  expect((await asked('ownMeters')).errors).toBeUndefined();
  expect((await asked('foreignMeters')).errors?.[0]?.extensions.code).toBe('NOT_ALLOWED');
  await update({ id: apiKey.id, products: ['foreignMeters'] });
  expect((await asked('ownMeters')).errors?.[0]?.extensions.code).toBe('NOT_ALLOWED');
  expect((await asked('foreignMeters')).errors).toBeUndefined();
});
