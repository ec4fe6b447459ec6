import { setTimeout as delay } from 'node:timers/promises';
import type { ShownEntry } from '../../core/audit/contract';
import { administrator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(administrator, { key: 'audited', name: 'Meters' });
});
afterAll(() => api.stop());

const entries = (filter: object) => api.store.collections.auditEntries.find(filter).sort({ _id: 1 }).toArray();
const last = async (action: string) => (await entries({ action })).at(-1);
const post = (path: string, key: string | null, body?: string, headers: Record<string, string> = {}) =>
  fetch(`${api.url}${path}`, { method: 'POST', body, headers: { ...(key && { authorization: `Bearer ${key}` }), ...headers } });

/** Refusals are written beside the answer. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(20);
}

describe('R-UI-4 the audit trail of the API', () => {
  test('R-UI-4 a mutation is in the trail when its answer comes: who, from where, what, on what, before and after', async () => {
    const { data } = await api.ask('mutation { createGroup(input: { name: "first" }) { group { id } } }');
    const { id } = (data.createGroup as { group: { id: string } }).group;
    await api.ask('mutation($id: ID!) { updateGroup(input: { groupId: $id, name: "second" }) { group { id } } }', { id });
    const viewer = (await api.core.access.authenticate(api.keys.operator))?.actorId;
    expect(await last('updateGroup')).toMatchObject({
      ...{ kind: 'MUTATION', actor: viewer, actorKind: 'KEY', role: 'OPERATOR', result: 'OK', codes: [] },
      ...{ address: '127.0.0.1', correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/), objects: [id] },
      ...{ input: JSON.stringify({ groupId: id, name: 'second' }), before: '{"name":"first"}', after: '{"name":"second"}' },
    });
    expect((await last('createGroup'))?.objects).toEqual([id]);
  });

  test('R-UI-4 the rights that a key had before are in the trail', async () => {
    const { data } = await api.ask(
      'mutation { createApiKey(input: { name: "k", role: VIEWER }) { apiKey { id } } }',
      {},
      api.keys.administrator,
    );
    const { id } = (data.createApiKey as { apiKey: { id: string } }).apiKey;
    const limit = 'mutation($id: ID!) { updateApiKey(input: { id: $id, products: ["audited"] }) { userErrors { code } } }';
    expect((await api.ask(limit, { id }, api.keys.administrator)).data.updateApiKey).toEqual({ userErrors: [] });
    expect(await last('updateApiKey')).toMatchObject({ objects: [id], before: '{"products":null}', after: '{"products":["audited"]}' });
  });

  test('R-UI-4 R-SAFE-4 no secret that is given or made is in it', async () => {
    const { data, errors } = await api.ask(
      `mutation { registerDevices(input: { productKey: "audited", devices: [{ deviceName: "dev-1", secret: "0123456789abcdef0123456789abcde1" }] }) { devices { secret } userErrors { code } }
        resetDeviceSecret(input: { productKey: "audited", deviceId: "audited.dev-1", idempotencyKey: "idem-key-1" }) { secret userErrors { code } } }`,
    );
    expect(errors).toBeUndefined();
    const made = await api.ask('mutation { createApiKey(input: { name: "k", role: VIEWER }) { key } }', {}, api.keys.administrator);
    const secrets = [
      '0123456789abcdef0123456789abcde1',
      (data.resetDeviceSecret as { secret: string }).secret,
      (made.data.createApiKey as { key: string }).key,
      'idem-key-1',
    ];
    expect(secrets.every((secret) => secret?.length > 8)).toBe(true);
    const stored = JSON.stringify(await entries({}));
    for (const secret of [...secrets, ...Object.values(api.keys)]) expect(stored).not.toContain(secret);
    expect((await last('registerDevices'))?.input).toContain('[hidden]');
  });

  test('R-UI-4 what is refused: a wrong input, a role, a query, an address, no key and an unknown one', async () => {
    const { viewer, operator } = api.keys;
    const sent = await api.ask(
      'mutation { createProduct(input: { key: "audited", name: "again", dialect: LINK }) { userErrors { code } } }',
    );
    expect(sent.errors).toBeUndefined();
    await api.ask('mutation { deleteBatch(input: { batchId: "b" }) { batchId } }', {}, viewer);
    await api.ask('{ apiKeys { edges { cursor } } }', {}, operator);
    await fetch(`${api.url}/audit.jsonl`, { headers: { authorization: `Bearer ${operator}` } });
    await post('/packages', null);
    await post('/graphql', `updraft_${'0'.repeat(16)}_${'A'.repeat(43)}`, '{}', { 'content-type': 'application/json' });
    const expected = [
      ['createProduct', 'OPERATOR', 'PRODUCT_EXISTS', '127.0.0.1'],
      ['deleteBatch', 'VIEWER', 'NOT_ALLOWED', '127.0.0.1'],
      ['apiKeys', 'OPERATOR', 'NOT_ALLOWED', '127.0.0.1'],
      ['GET /audit.jsonl', 'OPERATOR', 'NOT_ALLOWED', '127.0.0.1'],
      ['POST /packages', null, 'NOT_SIGNED_IN', '127.0.0.1'],
      ['ALL /graphql', null, 'NOT_SIGNED_IN', '127.0.0.1'],
    ];
    const seen = async () =>
      (await entries({ kind: 'REFUSAL' })).map(({ action, role, codes, address }) => [action, role, codes.join(), address]);
    for (const [action] of expected) await until(async () => (await seen()).some(([of]) => of === action));
    expect(await seen()).toEqual(expect.arrayContaining(expected));
  });

  test('R-UI-4 a WebSocket that is refused', async () => {
    const client = api.socket({ authorization: 'Bearer none' });
    await expect(client.iterate({ query: '{ viewer { name } }' }).next()).rejects.toBeDefined();
    await until(async () => (await last('connect')) !== undefined);
    expect(await last('connect')).toMatchObject({ kind: 'REFUSAL', codes: ['NOT_SIGNED_IN'], actor: null });
  });

  test('R-UI-4 an upload, when its answer comes; what was made is named', async () => {
    const answer = await post('/lists?productKey=audited', api.keys.operator, 'deviceName\ndev-1', {
      'content-type': 'text/csv',
      'x-request-id': 'upload-1',
    });
    const { id } = (await answer.json()) as { id: string };
    expect(answer.headers.get('x-request-id')).toBe('upload-1');
    expect(await last('POST /lists')).toMatchObject({
      kind: 'REQUEST',
      result: 'OK',
      correlationId: 'upload-1',
      input: '{"productKey":"audited"}',
    });
    expect(id).toBeDefined();
    expect((await post('/lists?productKey=none', api.keys.operator, 'x', { 'content-type': 'text/csv' })).status).toBe(422);
    expect(await last('POST /lists')).toMatchObject({ kind: 'REFUSAL', result: 'REFUSED', codes: ['HTTP_422'] });
  });

  test('R-UI-4 signing in with a browser, and out, and failing to', async () => {
    const opened = await post('/signin', api.keys.operator);
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(await last('sign in with a key or token')).toMatchObject({
      kind: 'SIGN_IN',
      result: 'OK',
      role: 'OPERATOR',
      address: '127.0.0.1',
    });
    expect((await fetch(`${api.url}/signin/link?token=${await api.core.access.createSignInLink()}`, { redirect: 'manual' })).status).toBe(
      303,
    );
    expect(await last('sign in with a link')).toMatchObject({ kind: 'SIGN_IN', result: 'OK', role: 'ADMINISTRATOR', actorKind: 'PERSON' });
    await post('/signin', 'none');
    expect(await last('sign in with a key or token')).toMatchObject({ kind: 'REFUSAL', codes: ['NOT_SIGNED_IN'], actor: null });
    await fetch(`${api.url}/signout`, { method: 'POST', redirect: 'manual', headers: { cookie, origin: api.url } });
    expect(await last('sign out')).toMatchObject({ kind: 'SIGN_IN', result: 'OK', role: 'OPERATOR' });
  });

  test('R-UI-4 the correlation id of the caller is in the answer and the trail; each operation of a WebSocket has one', async () => {
    const headers = { 'content-type': 'application/json', 'x-request-id': 'from-the-caller' };
    const body = JSON.stringify({ query: 'mutation { createGroup(input: { name: "correlated" }) { group { id } } }' });
    expect((await post('/graphql', api.keys.operator, body, headers)).headers.get('x-request-id')).toBe('from-the-caller');
    expect((await last('createGroup'))?.correlationId).toBe('from-the-caller');
    const client = api.socket({ authorization: `Bearer ${api.keys.operator}` });
    await Promise.all(
      ['one', 'two'].map((name) =>
        client.iterate({ query: `mutation { createGroup(input: { name: "over a socket ${name}" }) { group { id } } }` }).next(),
      ),
    );
    const ids = (await entries({ action: 'createGroup' }))
      .slice(-2)
      .map(({ correlationId, address }) => [correlationId?.slice(36), address]);
    expect(ids.sort()).toEqual([
      ['.1', '127.0.0.1'],
      ['.2', '127.0.0.1'],
    ]);
  });

  test('R-UI-4 queried by what it was about, by pages, and exported as JSON lines, both for administrators', async () => {
    const { data, errors } = await api.ask(
      '{ auditEntries(first: 1, filter: { object: "audited.dev-1" }) { edges { node { action actorName objects input codes } } pageInfo { hasNextPage endCursor } } }',
      {},
      api.keys.administrator,
    );
    expect(errors).toBeUndefined();
    expect(data.auditEntries).toMatchObject({
      edges: [{ node: { action: 'resetDeviceSecret', actorName: 'OPERATOR key' } }],
      pageInfo: { hasNextPage: true },
    });
    const answer = await fetch(`${api.url}/audit.jsonl?since=2026-01-01`, {
      headers: { authorization: `Bearer ${api.keys.administrator}` },
    });
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ShownEntry);
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.find(({ action }) => action === 'updateGroup')).toMatchObject({ before: { name: 'first' }, after: { name: 'second' } });
    expect(await last('GET /audit.jsonl')).toMatchObject({ kind: 'REQUEST', result: 'OK', input: '{"since":"2026-01-01"}' });
    const wrong = await fetch(`${api.url}/audit.jsonl?since=yesterday`, { headers: { authorization: `Bearer ${api.keys.administrator}` } });
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { errors: [{ code: 'INVALID_FORMAT', field: 'since' }] }]);
    const other = await fetch(`${api.url}/audit.jsonl?actor=me`, { headers: { authorization: `Bearer ${api.keys.administrator}` } });
    expect([other.status, await other.json()]).toMatchObject([400, { errors: [{ code: 'INVALID_FORMAT', field: 'actor' }] }]);
  });

  test('R-UI-4 told live to administrators, from a cursor on', async () => {
    const query =
      'subscription($after: String) { auditAdded(filter: { action: "deleteGroup" }, after: $after) { ... on AuditAdded { entry { action codes } cursor } ... on Resync { hint } } }';
    const refused = await api.socket().iterate({ query }).next();
    expect(refused.value?.errors?.[0]?.extensions?.code).toBe('NOT_ALLOWED');
    const follow = (after: string | null) =>
      api
        .socket({ authorization: `Bearer ${api.keys.administrator}` })
        .iterate<{ auditAdded: { cursor: string } }>({ query, variables: { after } });
    const feed = follow('');
    expect((await feed.next()).value?.data?.auditAdded).toHaveProperty('hint');
    const remove = () => api.ask('mutation { deleteGroup(input: { groupId: "none" }) { groupId } }');
    await remove();
    const event = (await feed.next()).value?.data?.auditAdded;
    expect(event).toMatchObject({ entry: { action: 'deleteGroup' } });
    await feed.return?.();
    await remove();
    expect((await follow(event?.cursor ?? '').next()).value?.data?.auditAdded).toMatchObject({ entry: { action: 'deleteGroup' } });
  });

  test('R-UI-4 forgetting somebody names nobody', async () => {
    const [{ actor } = { actor: '' }] = await entries({ actorKind: 'PERSON' });
    const { data, errors } = await api.ask(
      'mutation($id: ID!) { forgetAuditActor(input: { id: $id }) { actor userErrors { code } } }',
      { id: actor },
      api.keys.administrator,
    );
    expect(errors).toBeUndefined();
    expect(data.forgetAuditActor).toEqual({ actor, userErrors: [] });
    expect(await last('forgetAuditActor')).toMatchObject({ input: '{"id":"[hidden]"}', after: JSON.stringify({ actor }) });
  });
});

test('R-UI-4 what was done and cannot be recorded is answered with an error, and an upload with none', async () => {
  const failing = await startTestApi({
    replace: (core) => ({ ...core, audit: { ...core.audit, record: () => Promise.reject(new Error('The disk is full.')) } }),
  });
  const { errors } = await failing.ask('mutation { createGroup(input: { name: "unseen" }) { group { id } } }');
  expect(errors?.[0]?.extensions.code).toBe('INTERNAL');
  const upload = fetch(`${failing.url}/lists?productKey=none`, {
    method: 'POST',
    headers: { authorization: `Bearer ${failing.keys.operator}` },
    body: 'x',
  });
  expect((await upload).status).toBeGreaterThanOrEqual(400);
  await failing.stop();
});
