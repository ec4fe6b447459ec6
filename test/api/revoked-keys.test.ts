import { request } from 'node:http';
import { type CloseEvent, WebSocket } from 'ws';
import { API_LIMITS } from '../../api/limits';
import { createAccessService } from '../../core/access/service';
import { administrator, settingsWith } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
const { closeDelayMs } = API_LIMITS;
beforeAll(async () => {
  // What is asked of a connection that is about to be closed is answered before, on a slow machine too.
  Object.assign(API_LIMITS, { closeDelayMs: 4_000 });
  api = await startTestApi();
});
afterAll(async () => {
  Object.assign(API_LIMITS, { closeDelayMs });
  await api.stop();
});

const CREATE = 'mutation { createApiKey(input: { name: "successor", role: ADMINISTRATOR }) { key apiKey { id } } }';
const newKey = (name = 'short-lived') => api.core.access.createKey(administrator, { name, role: 'ADMINISTRATOR' });
const revoke = (id: string) => api.core.access.revokeKey(administrator, id);

/** A connection that is open for a key, with the messages and the close that come over it. */
async function connected(key: string) {
  const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: { id?: string; type: string; payload?: unknown }[] = [];
  const closed = new Promise<CloseEvent>((resolve) => {
    socket.onclose = resolve;
  });
  const waiting: (() => void)[] = [];
  socket.on('message', (text) => {
    messages.push(JSON.parse(String(text)));
    for (const wake of waiting.splice(0)) wake();
  });
  const until = async (wanted: (message: (typeof messages)[number]) => boolean) => {
    for (;;) {
      const found = messages.find(wanted);
      if (found) return found;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: key } }));
  await until(({ type }) => type === 'connection_ack');
  return {
    socket,
    messages,
    closed,
    until,
    ask: (id: string, query: string) => socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query } })),
  };
}

test('R-SAFE-2 a revoked key does nothing more over a WebSocket that was open, and its subscriptions end', async () => {
  const { key, apiKey } = await newKey();
  const { ask, until, closed, messages } = await connected(key);
  ask('feed', 'subscription { taskChanges { __typename } }');
  ask('1', '{ viewer { role } }');
  await until(({ id, type }) => id === '1' && type === 'next');
  await revoke(apiKey._id);
  ask('2', CREATE);
  expect(await until(({ id }) => id === '2')).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'NOT_SIGNED_IN' } }] });
  expect(await closed).toMatchObject({ code: 4403 });
  expect(messages.filter(({ id, type }) => id === '2' && type === 'next')).toEqual([]);
  expect(await api.store.collections.apiKeys.countDocuments({ createdBy: apiKey._id })).toBe(0);
});

test('R-SAFE-2 whoever revokes its own key over a WebSocket is answered, and then the connection ends', async () => {
  const { key, apiKey } = await newKey();
  const { ask, until, closed } = await connected(key);
  ask('1', `mutation { revokeApiKey(input: { id: "${apiKey._id}" }) { apiKey { revokedAt } userErrors { code } } }`);
  expect(await until(({ id }) => id === '1')).toMatchObject({ type: 'next', payload: { data: { revokeApiKey: { userErrors: [] } } } });
  expect(await closed).toMatchObject({ code: 4403 });
});

test('R-SAFE-2 a key is refused over HTTP by the request after its revocation, however many looked it up meanwhile', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { key, apiKey } = await newKey();
    const racing = Array.from({ length: 5 }, () => api.ask('{ viewer { role } }', {}, key));
    await revoke(apiKey._id);
    expect((await api.ask(CREATE, {}, key)).status).toBe(401);
    await Promise.all(racing);
    expect((await api.ask(CREATE, {}, key)).status).toBe(401);
  }
});

test('R-SAFE-2 a transfer ends with the key that began it', async () => {
  const { key, apiKey } = await newKey();
  const form = '--x\r\ncontent-disposition: form-data; name="productKey"\r\n\r\nnone\r\n';
  const upload = request(`${api.url}/packages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=x', 'content-length': 1_000_000 },
  });
  const ended = new Promise<string>((resolve) => upload.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? '')));
  upload.write(form);
  const used = async () => (await api.store.collections.apiKeys.findOne({ _id: apiKey._id }))?.lastUsedAt ?? null;
  while ((await used()) === null) await new Promise((resolve) => setTimeout(resolve, 20));
  await revoke(apiKey._id);
  expect(['ECONNRESET', 'EPIPE']).toContain(await ended);
});

test('R-SAFE-2 a key that was revoked in another process makes no successor and revokes nobody, and what it holds here ends', async () => {
  const elsewhere = createAccessService({ store: api.store, settings: settingsWith(), clock: () => new Date() });
  const { key, apiKey } = await newKey();
  const other = await newKey('other');
  const { ask, until, closed } = await connected(key);
  ask('1', '{ viewer { role } }');
  await until(({ id, type }) => id === '1' && type === 'next');
  await elsewhere.revokeKey(administrator, apiKey._id);
  const before = await api.store.collections.apiKeys.countDocuments({});
  ask('2', CREATE);
  ask('3', `mutation { revokeApiKey(input: { id: "${other.apiKey._id}" }) { apiKey { id } userErrors { code } } }`);
  for (const id of ['2', '3']) expect(JSON.stringify(await until((message) => message.id === id))).toContain('NOT_SIGNED_IN');
  expect(await api.store.collections.apiKeys.countDocuments({})).toBe(before);
  expect(await closed).toMatchObject({ code: 4403 });
});
