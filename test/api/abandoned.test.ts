import { WebSocket } from 'ws';
import { API_LIMITS } from '../../api/limits';
import type { Core } from '../../core/core';
import { startTestApi, type TestApi } from './support/test-api';

let calls = 0;
let onCall: () => Promise<void> = async () => undefined;
const counting = (core: Core): Core => ({
  ...core,
  products: {
    ...core.products,
    get: async () => {
      calls += 1;
      await onCall();
      return { _id: 'x', key: 'x', name: 'x' };
    },
  } as unknown as Core['products'],
});

const ALIASES = 400;
const query = `{ ${Array.from({ length: ALIASES }, (_, index) => `a${index}: product(key: "x") { key }`).join(' ')} }`;
const changed = { cost: 2_000, smallCost: 100, valuesPerTurn: 20 };
const before = { ...API_LIMITS };

let api: TestApi;
beforeAll(async () => {
  Object.assign(API_LIMITS, changed);
  api = await startTestApi({ replace: counting });
});
afterAll(async () => {
  Object.assign(API_LIMITS, before);
  await api.stop();
});
beforeEach(() => {
  calls = 0;
  Object.assign(API_LIMITS, changed);
  onCall = async () => undefined;
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The API has read what was sent before. */
async function heard(socket: WebSocket): Promise<void> {
  socket.ping();
  await new Promise((resolve) => socket.once('pong', resolve));
}

async function overSocket(): Promise<WebSocket> {
  const socket = new WebSocket(api.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: api.keys.operator } }));
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
  await heard(socket);
  return socket;
}

/** A request in whose course everything that was to begin has begun. */
const turn = async () => {
  for (let count = 0; count < 5; count += 1) expect((await api.ask('{ viewer { role } }', {}, api.keys.viewer)).errors).toBeUndefined();
};

function hold(called: () => void = () => undefined): () => void {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  onCall = () => {
    called();
    return held;
  };
  return release;
}

test('R-SAFE-1 a large query is worked at by and by: what else is asked is answered before it ends', async () => {
  const order: string[] = [];
  let others: Promise<unknown> | undefined;
  onCall = async () => {
    others ??= fetch(`${api.url}/healthz`).then(() => order.push('health'));
    await new Promise((resolve) => setImmediate(resolve));
  };
  await api.ask(query).then(() => order.push('large'));
  await others;
  expect(calls).toBe(ALIASES);
  expect(order).toEqual(['health', 'large']);
});

test.each([
  [
    'HTTP',
    async () => {
      const gone = new AbortController();
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${api.keys.operator}` };
      void fetch(api.graphqlUrl, { method: 'POST', headers, body: JSON.stringify({ query }), signal: gone.signal }).catch(() => undefined);
      return () => gone.abort();
    },
  ],
  [
    'WebSocket',
    async () => {
      const socket = await overSocket();
      return () => socket.terminate();
    },
  ],
])(
  'R-SAFE-1 over %s, what an absent client has asked for is not begun further, and its room is held until what was begun has ended',
  async (_name, ask) => {
    Object.assign(API_LIMITS, { valuesPerTurn: 1 });
    let leave = (): void => undefined;
    const release = hold(() => leave());
    leave = await ask();
    await until(() => calls > 0);
    leave();
    await turn();
    const begun = calls;
    expect(begun).toBeLessThan(ALIASES);
    const next = api.ask(query);
    await turn();
    expect(calls).toBe(begun);
    release();
    expect((await next).errors).toBeUndefined();
    expect(calls).toBe(begun + ALIASES);
  },
);

test('R-SAFE-1 what waits for room is dropped with its client, also when the client says so itself', async () => {
  const release = hold();
  const first = api.ask(query);
  await until(() => calls === ALIASES);
  const sockets = [await overSocket(), await overSocket()];
  sockets[0]?.terminate();
  sockets[1]?.send(JSON.stringify({ type: 'complete', id: '1' }));
  if (sockets[1]) await heard(sockets[1]);
  await turn();
  release();
  expect((await first).errors).toBeUndefined();
  expect((await api.ask(query)).errors).toBeUndefined();
  expect(calls).toBe(2 * ALIASES);
  sockets[1]?.terminate();
});
