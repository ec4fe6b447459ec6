import { aTask } from '../support/builders';
import { operator } from '../support/core-parts';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { startTestApi, type TestApi } from './support/test-api';

let issuer: TestIssuer;
let api: TestApi;
beforeAll(async () => {
  issuer = await startIssuer();
  const issuers = [{ ...issuer.issuer, ownerClaim: 'user' }];
  api = await startTestApi({ access: { issuers, session: { idleMinutes: 60, hours: 12 } } });
  await api.core.products.create(operator, { key: 'meter', name: 'Water meter' });
  await api.core.devices.register(operator, 'meter', [{ deviceName: 'sold', owner: 'user-1' }]);
});
afterAll(async () => {
  await api?.stop();
  await issuer?.stop();
});

const tokenOf = (user: string) => issuer.token({ groups: [], user });
const ERRORS = 'userErrors { code field limit }';
const create = (key?: string, deviceId = 'meter.sold') =>
  api.ask(
    `mutation ($deviceId: ID!) { createPairingCode(input: { deviceId: $deviceId }) { code expiresAt ${ERRORS} } }`,
    { deviceId },
    key,
  );
const redeem = (code: string, key: string) =>
  api.ask(`mutation ($code: String!) { redeemPairingCode(input: { code: $code }) { deviceId ${ERRORS} } }`, { code }, key);
const codesOf = ({ errors }: { errors?: { extensions: Record<string, unknown> }[] }) => errors?.map(({ extensions }) => extensions.code);

test('R-DEV-7 a user redeems the code of a device and has it in the app at once; the owner before has it no more', async () => {
  const [before, after] = [await tokenOf('user-1'), await tokenOf('user-2')];
  const tasks = async (token: string) =>
    codesOf(await api.ask('{ unfinishedTasks(deviceId: "meter.sold") { edges { node { id } } } }', {}, token)) ?? 'shown';
  expect([await tasks(before), await tasks(after)]).toEqual(['shown', ['NOT_ALLOWED']]);
  const made = (await create()).data.createPairingCode as { code: string; expiresAt: string; userErrors: object[] };
  expect(made.userErrors).toEqual([]);
  expect(new Date(made.expiresAt).getTime() - Date.now()).toBeLessThanOrEqual(10 * 60_000);
  const redeemed = { deviceId: 'meter.sold', userErrors: [] };
  expect((await redeem(made.code.toLowerCase(), after)).data.redeemPairingCode).toEqual(redeemed);
  expect(await tasks(after)).toBe('shown');
  expect((await redeem(made.code, after)).data.redeemPairingCode).toEqual(redeemed);
  expect((await redeem(made.code, before)).data.redeemPairingCode).toMatchObject({
    deviceId: null,
    userErrors: [{ code: 'PAIRING_CODE_REFUSED', field: 'code' }],
  });
  while ((await tasks(before)) === 'shown') await new Promise((next) => setTimeout(next, 20));
});

test('R-DEV-7 R-UI-4 roles that may not are refused, and a code that was tried too often is told with the limit', async () => {
  expect(codesOf(await create(api.keys.viewer))).toEqual(['NOT_ALLOWED']);
  const { key } = await api.core.access.createKey({ ...operator, role: 'ADMINISTRATOR' }, { name: 'server', role: 'ISSUER' });
  expect(codesOf(await create(key))).toEqual(['NOT_ALLOWED']);
  expect(codesOf(await redeem('BCDF-GHJK-LMNP', api.keys.administrator))).toEqual(['NOT_ALLOWED']);
  const token = await tokenOf('user-3');
  const answers = [];
  for (let tries = 0; tries < 11; tries += 1) answers.push((await redeem('BCDF-GHJK-LMNP', token)).data.redeemPairingCode);
  expect(answers.at(9)).toMatchObject({ userErrors: [{ code: 'PAIRING_CODE_REFUSED' }] });
  expect(answers.at(10)).toEqual({
    deviceId: null,
    userErrors: [{ code: 'PAIRING_TRIES', field: 'code', limit: '10 in 10 minutes' }],
  });
});

test('R-UI-4 the entry of an app has the key that made its token, and refused fields one entry an operation', async () => {
  const { key, apiKey } = await api.core.access.createKey({ ...operator, role: 'ADMINISTRATOR' }, { name: 'server', role: 'ISSUER' });
  const issued = await api.core.access.authenticate(key);
  const { token } = await api.core.access.createAppToken(issued ?? operator, { owner: 'user-8', minutes: 5 });
  await api.core.devices.register(operator, 'meter', [{ deviceName: 'dev-1', owner: 'user-8' }]);
  const waits = { status: 'UNCONFIRMED', offerAt: null, reachable: false, gatewayId: null } as const;
  await api.store.collections.tasks.insertOne(aTask({ productKey: 'meter', deviceName: 'dev-1', ...waits }));
  const viewer = await api.core.access.authenticate(token);
  const entries = async () =>
    (await api.core.audit.entries({ ...operator, role: 'ADMINISTRATOR' }, { actor: viewer?.actorId }, { first: 10 })).rows;
  await api.ask('{ unfinishedTasks(deviceId: "meter.dev-1") { edges { node { device { enabled createdAt } } } } }', {}, token);
  // What is refused at a field is written beside the answer.
  while ((await entries()).length === 0) await new Promise((next) => setTimeout(next, 20));
  await redeem('BCDF-GHJK-LMNP', token);
  const rows = await entries();
  expect(rows.map(({ node: { kind, action, madeBy } }) => ({ kind, action, madeBy }))).toEqual([
    { kind: 'REFUSAL', action: 'redeemPairingCode', madeBy: apiKey._id },
    { kind: 'REFUSAL', action: 'Device.enabled', madeBy: apiKey._id },
  ]);
});

test('R-DEV-7 R-UI-4 R-SAFE-4 the trail has the owners before and after by pseudonyms, and never the code', async () => {
  await api.core.devices.setOwners(operator, [{ deviceId: 'meter.sold', owner: 'user-5' }]);
  const { code } = (await create()).data.createPairingCode as { code: string };
  await redeem(code, await tokenOf('user-6'));
  const { rows } = await api.core.audit.entries({ ...operator, role: 'ADMINISTRATOR' }, { object: 'meter.sold' }, { first: 2 });
  const [redeemed, made] = rows.map(({ node }) => node);
  expect([redeemed?.action, made?.action]).toEqual(['redeemPairingCode', 'createPairingCode']);
  expect(JSON.parse(redeemed?.input ?? '')).toEqual({ code: '[hidden]' });
  const { owner: old } = JSON.parse(redeemed?.before ?? '');
  expect(old).toMatch(/^actor:/);
  expect(JSON.parse(made?.before ?? '')).toEqual({ owner: old });
  expect(JSON.parse(redeemed?.after ?? '')).toEqual({ deviceId: 'meter.sold', owner: redeemed?.actor });
  expect(Object.keys(JSON.parse(made?.after ?? ''))).toEqual(['expiresAt']);
  const all = JSON.stringify([await api.store.collections.auditEntries.find().toArray(), rows]);
  for (const secret of [code, code.replaceAll('-', ''), 'user-5', 'user-6']) expect(all).not.toContain(secret);
});
