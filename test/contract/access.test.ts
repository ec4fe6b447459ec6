import { createAccessService } from '../../core/access/service';
import { administrator, handClock, operator, refusal, settingsWith, spectator } from '../support/core-parts';
import { useStore } from '../support/store';

const store = useStore();

const clock = handClock();
const service = () => createAccessService({ store, settings: settingsWith(), clock });

test('the first start makes one administrator key, also when two processes start together', async () => {
  const keys = await Promise.all([service().bootstrap(), service().bootstrap(), service().bootstrap()]);
  const made = keys.filter((key) => key !== null);
  expect(made).toHaveLength(1);
  expect(await store.collections.apiKeys.countDocuments()).toBe(1);
  expect(await service().authenticate(made[0])).toMatchObject({ role: 'ADMINISTRATOR' });
  expect(await service().bootstrap()).toBeNull();
});

test('a key is stored hashed only', async () => {
  const { key } = await service().createKey(administrator, { name: 'ci', role: 'OPERATOR' });
  expect(key).toMatch(/^updraft_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
  expect(JSON.stringify(await store.collections.apiKeys.find().toArray())).not.toContain(key.slice(-43));
});

test('a key authenticates with its own secret only', async () => {
  const access = service();
  const { key, apiKey } = await access.createKey(administrator, { name: 'ci', role: 'OPERATOR' });
  expect(await access.authenticate(key)).toEqual({ actorId: apiKey._id, kind: 'KEY', products: null, name: 'ci', role: 'OPERATOR' });
  const wrong = `${key.slice(0, -43)}${'A'.repeat(43)}`;
  for (const bad of [wrong, '', null, undefined, 'updraft_', `${key}x`, key.toUpperCase()])
    expect(await access.authenticate(bad)).toBeNull();
});

test('a revoked key is refused at once in this process, and in others when their cache has run out', async () => {
  const [here, there] = [service(), service()];
  const { key, apiKey } = await here.createKey(administrator, { name: 'ci', role: 'VIEWER' });
  expect(await here.authenticate(key)).not.toBeNull();
  expect(await there.authenticate(key)).not.toBeNull();
  expect(await here.revokeKey(administrator, apiKey._id)).toMatchObject({ revokedAt: expect.any(Date) });
  expect(await here.authenticate(key)).toBeNull();
  clock.advance(10_001);
  expect(await there.authenticate(key)).toBeNull();
});

test('the last administrator key stays, also when two administrators revoke each other at the same instant', async () => {
  const here = service();
  await store.collections.apiKeys.deleteMany({});
  const [one, two] = await Promise.all(['one', 'two'].map((name) => here.createKey(administrator, { name, role: 'ADMINISTRATOR' })));
  const ids = [one?.apiKey._id ?? '', two?.apiKey._id ?? ''];
  const outcomes = await Promise.allSettled(ids.map((id) => service().revokeKey(administrator, id)));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const kept = ids[outcomes.findIndex(({ status }) => status === 'rejected')] ?? '';
  expect(await refusal(here.revokeKey(administrator, kept))).toEqual([{ code: 'LAST_ADMINISTRATOR', field: 'id' }]);
  await here.createKey(administrator, { name: 'next', role: 'ADMINISTRATOR' });
  expect(await here.revokeKey(administrator, kept)).toMatchObject({ revokedAt: expect.any(Date) });
});

test('the last use is noted at most once a minute', async () => {
  const { key, apiKey } = await service().createKey(administrator, { name: 'ci', role: 'VIEWER' });
  const lastUse = async () => (await store.collections.apiKeys.findOne({ _id: apiKey._id }))?.lastUsedAt?.getTime();
  await service().authenticate(key);
  const first = await lastUse();
  expect(first).toBe(clock().getTime());
  clock.advance(59_000);
  await service().authenticate(key);
  expect(await lastUse()).toBe(first);
  clock.advance(1_000);
  await service().authenticate(key);
  expect(await lastUse()).toBe(clock().getTime());
});

test('keys are an administrator’s business', async () => {
  for (const viewer of [operator, spectator]) {
    expect(await refusal(service().createKey(viewer, { name: 'x', role: 'VIEWER' }))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await refusal(service().keys(viewer, {}))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await refusal(service().revokeKey(viewer, 'x'))).toEqual([{ code: 'NOT_ALLOWED' }]);
  }
});

test('a nameless key and an unknown one are refused', async () => {
  expect(await refusal(service().createKey(administrator, { name: ' ', role: 'VIEWER' }))).toEqual([{ code: 'REQUIRED', field: 'name' }]);
  expect(await refusal(service().revokeKey(administrator, 'nobody'))).toEqual([{ code: 'NOT_FOUND', field: 'id' }]);
});
