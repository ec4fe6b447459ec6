import { createAccessService } from '../../core/access/service';
import type { AccessSettings } from '../../core/access/settings';
import type { Issuer } from '../../core/access/tokens/issuer';
import { administrator, handClock, refusal, settingsWith } from '../support/core-parts';
import { startIssuer, type TestIssuer } from '../support/issuer';
import { useStore } from '../support/store';

const store = useStore();
const clock = handClock();
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

const times: AccessSettings['session'] = { idleMinutes: 30, hours: 8 };
const service = (issuers: readonly Issuer[] = [issuer.issuer]) =>
  createAccessService({ store, settings: settingsWith(), access: { issuers, session: times }, clock });
const MINUTE = 60_000;
const newKey = () => service().createKey(administrator, { name: 'laptop', role: 'OPERATOR' });
const token = (claims: object = {}) => issuer.token({ exp: Math.floor(clock().getTime() / 1_000) + 23 * 3_600, ...claims }, {}, clock());

test('R-UI-4 a browser session ends without use, and with use as late as it may', async () => {
  const access = service();
  const { key } = await newKey();
  const [idle, used] = [await access.openSession(key), await access.openSession(key)];
  const isIn = async (opened: typeof idle) => (await access.authenticate({ session: opened?.token ?? '' })) !== null;
  for (let minutes = 0; minutes < 29; minutes += 1) {
    clock.advance(MINUTE);
    expect(await isIn(used)).toBe(true);
  }
  clock.advance(MINUTE);
  expect([await isIn(idle), await isIn(used)]).toEqual([false, true]);
  for (let minutes = 30; minutes < 8 * 60 - 1; minutes += 20) {
    expect([minutes, await isIn(used)]).toEqual([minutes, true]);
    clock.advance(20 * MINUTE);
  }
  expect(await isIn(used)).toBe(false);
});

test('R-UI-4 the use of a session is written once a minute at most', async () => {
  const access = service();
  const { token: session = '' } = (await access.openSession((await newKey()).key)) ?? {};
  const usedAt = async () => (await store.collections.browserSessions.find().sort({ createdAt: -1 }).limit(1).next())?.usedAt.getTime();
  const first = await usedAt();
  clock.advance(MINUTE - 1);
  await access.authenticate({ session });
  expect(await usedAt()).toBe(first);
  clock.advance(5_000);
  await access.authenticate({ session });
  expect(await usedAt()).toBe(clock().getTime());
});

test.each(['', 'x', 'x'.repeat(43), 'x'.repeat(10_000), '../..', '{"$ne":null}'])('R-UI-4 %.50j is nobody’s session', async (session) => {
  expect(await service().authenticate({ session })).toBeNull();
});

test('R-UI-4 a session outlives neither its token nor the settings of its issuer', async () => {
  const short = await service().openSession(await issuer.token({}, {}, clock()));
  expect(short?.expiresAt.getTime()).toBeLessThanOrEqual(clock().getTime() + 300_000);
  const session = (await service().openSession(await token()))?.token ?? '';
  expect(await service().authenticate({ session })).toMatchObject({ role: 'OPERATOR', session: { expiresAt: expect.any(Date) } });
  const changed = { ...issuer.issuer, role: { claim: 'groups', values: { ...issuer.issuer.role?.values, ops: 'VIEWER' as const } } };
  expect(await service([changed]).authenticate({ session })).toBeNull();
  expect(await service([]).authenticate({ session })).toBeNull();
  const renamed = { ...issuer.issuer, name: 'Another name', clockSkewSeconds: 10 };
  expect(await service([renamed]).authenticate({ session })).not.toBeNull();
});

test('R-UI-4 R-DEV-7 the session of an app outlives no other way of naming owners, and users of two issuers are told apart', async () => {
  const withUsers = { ...issuer.issuer, ownerClaim: 'user', ownerPrefix: 'shop:' };
  const session = (await service([withUsers]).openSession(await token({ groups: [], user: 'u1' })))?.token ?? '';
  expect(await service([withUsers]).authenticate({ session })).toMatchObject({ role: 'APP', owner: 'shop:u1' });
  for (const changed of [{ ownerPrefix: 'bank:' }, { ownerClaim: 'sub' }])
    expect(await service([{ ...withUsers, ...changed }]).authenticate({ session })).toBeNull();
});

test('R-UI-4 R-SAFE-2 signing out is certain at once here, and elsewhere within 10 seconds', async () => {
  const [here, there] = [service(), service()];
  const session = (await here.openSession((await newKey()).key))?.token ?? '';
  expect(await there.authenticate({ session })).not.toBeNull();
  await here.endSession(session);
  expect(await here.authenticate({ session })).toBeNull();
  clock.advance(10_000);
  expect(await there.authenticate({ session })).toBeNull();
});

test('R-UI-4 a person is one by issuer and subject, whatever their name, and is written once a minute at most', async () => {
  const access = service();
  const { people } = store.collections;
  const ada = await access.authenticate(await token({ sub: 'unique', name: 'Ada' }));
  const stored = () => people.findOne({ _id: ada?.actorId });
  const first = await stored();
  expect(first).toMatchObject({ name: 'Ada', issuer: issuer.url, subject: 'unique', firstSeenAt: clock(), lastSeenAt: clock() });
  clock.advance(30_000);
  await access.authenticate(await token({ sub: 'unique', name: 'Ada' }));
  expect(await stored()).toEqual(first);
  clock.advance(30_000);
  await access.authenticate(await token({ sub: 'unique', name: 'Ada' }));
  expect(await stored()).toEqual({ ...first, lastSeenAt: clock() });
  clock.advance(10_000);
  await access.authenticate(await token({ sub: 'unique', name: 'Ada L.', groups: ['staff'] }));
  expect(await stored()).toEqual({ ...first, name: 'Ada L.', role: 'VIEWER', lastSeenAt: clock() });
});

test('R-UI-4 a link is good for 10 minutes, and stored hashed only', async () => {
  const access = service();
  const [late, good] = [await access.createSignInLink(), await access.createSignInLink()];
  expect(JSON.stringify(await store.collections.signInLinks.find().toArray())).not.toContain(good);
  clock.advance(10 * MINUTE - 1);
  expect(await service().openSignInLink(good)).toMatchObject({ token: expect.stringMatching(/^[\w-]{43}$/) });
  clock.advance(1);
  expect(await access.openSignInLink(late)).toBeNull();
});

test('R-UI-4 whoever opens links can be blocked, and those who are blocked block nobody', async () => {
  const access = service();
  const session = (await access.openSignInLink(await access.createSignInLink()))?.token ?? '';
  const local = await access.authenticate({ session });
  if (!local) throw new Error('nobody');
  await access.blockPerson(administrator, local.actorId);
  expect(await access.authenticate({ session })).toBeNull();
  const link = await access.createSignInLink();
  expect(await refusal(access.openSignInLink(link))).toEqual([{ code: 'NOT_SIGNED_IN' }]);
  expect(await refusal(access.unblockPerson(local, local.actorId))).toEqual([{ code: 'NOT_SIGNED_IN' }]);
  expect(await refusal(access.revokeKey(local, 'any'))).toEqual([{ code: 'NOT_SIGNED_IN' }]);
  await access.unblockPerson(administrator, local.actorId);
  expect(await access.openSignInLink(await access.createSignInLink())).not.toBeNull();
});
